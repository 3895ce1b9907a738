"""Find the clauses that answer a question, and say how sure that is. Pure: the same input, the same answer."""

from bot.rules.search.engine import SearchEngine
from bot.rules.search.ranking import Hit, Ranking, Verdict

__all__ = ["Hit", "Ranking", "SearchEngine", "Verdict"]
