"""The review pack: alike questions together, topics that others rule on, nobody's name."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.model import Gap
from bot.pack_files import PackLibrary, shared_knowledge
from bot.rules.review import as_markdown, clusters, rules_elsewhere

AT = datetime(2026, 3, 2, tzinfo=UTC)


def gap(question: str, reason: str = "not covered", ref: str = "") -> Gap:
    return Gap(question=question, reason=reason, ref=ref, at=AT)


def test_questions_that_ask_the_same_are_counted_together_and_the_commonest_comes_first() -> None:
    found = clusters(
        [
            gap("who pays for parking at the town hall"),
            gap("can I record the meeting", "unclear", "8.2"),
            gap("parking at the town hall: who pays?"),
            gap("who pays for the parking"),
        ]
    )

    assert [(cluster.example, cluster.count) for cluster in found] == [
        ("who pays for the parking", 3),
        ("can I record the meeting", 1),
    ]
    assert found[1].refs == ("8.2",)


def test_topics_on_which_only_others_have_a_rule_are_listed() -> None:
    library = PackLibrary()
    unnamed = library.get("councillor-officer")
    rows = rules_elsewhere(unnamed, [library.get(name) for name in library.ids()], shared_knowledge().topics)

    assert "declaring-relationships" in {row.topic.id for row in rows} or any("elat" in row.topic.name for row in rows)
    assert all(unnamed.council not in dict(row.others) for row in rows)


def test_the_page_says_where_nothing_was_found_and_keeps_its_table_whole() -> None:
    pack = PackLibrary().get("copeland")

    assert "None were kept." in as_markdown(pack, [], {}, [])
    page = as_markdown(pack, clusters([gap("a | b\nc")]), {"5.3": (2, 1)}, [])
    assert "| a / b c | 1 |" in page
    assert "| paragraph 5.3 | 2 | 1 |" in page
    assert "Standards Board" in page
