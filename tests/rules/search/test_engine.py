"""What the engine answers, and that it is the same engine every time."""

from __future__ import annotations

import pytest

from bot.pack_files import PackLibrary, shared_knowledge
from bot.rules.protocol import Role
from bot.rules.search import Ranking, SearchEngine
from bot.search_files import trained

LIBRARY = PackLibrary()
BUILT_IN = ("copeland", "councillor-officer", "county-appendix-11", "tower-hamlets", "west-oxfordshire")


@pytest.fixture(scope="module")
def engines() -> dict[str, SearchEngine]:
    return {name: SearchEngine.build(LIBRARY.get(name), shared_knowledge(), trained()) for name in BUILT_IN}


def first(ranking: Ranking) -> str:
    return ranking.hits[0].ref


@pytest.mark.parametrize(
    ("pack", "question", "ref"),
    [
        ("copeland", "I've fallen for one of the councillors and work in planning. Whom must I tell?", "5.3"),
        ("west-oxfordshire", "what is the time limit for answering a member's enquiry", "34"),
        ("county-appendix-11", "may a member make me change the advice that I gave", "2.10"),
        ("tower-hamlets", "may I ring the officers who are handling a live court case", "5.6"),
        ("councillor-officer", "who signs a letter that binds the council", "9(a)"),
    ],
)
def test_a_plain_question_finds_its_paragraph_among_the_first_three(
    engines: dict[str, SearchEngine], pack: str, question: str, ref: str
) -> None:
    ranking = engines[pack].search(question, None)
    assert ranking.verdict != "not covered"
    assert ref in [hit.ref for hit in ranking.hits[:3]]


@pytest.mark.parametrize("pack", BUILT_IN)
def test_small_talk_is_met_as_small_talk(engines: dict[str, SearchEngine], pack: str) -> None:
    ranking = engines[pack].search("good morning, how are you today?", None)
    assert ranking.verdict == "not covered"
    assert ranking.small_talk


@pytest.mark.parametrize("pack", BUILT_IN)
def test_what_no_protocol_covers_is_declined_with_where_to_turn(engines: dict[str, SearchEngine], pack: str) -> None:
    ranking = engines[pack].search("when will my green bin be emptied", None)
    assert ranking.verdict == "not covered"
    assert ranking.not_covered is not None
    assert "recycling" in ranking.not_covered.subject
    assert not ranking.small_talk


@pytest.mark.parametrize("pack", BUILT_IN)
def test_a_written_near_miss_is_declined_and_says_where_the_protocol_stops(
    engines: dict[str, SearchEngine], pack: str
) -> None:
    misses = LIBRARY.get(pack).near_misses
    found = [engines[pack].search(miss.text, None) for miss in misses]
    declined = [ranking for ranking in found if ranking.verdict == "not covered"]
    own = [ranking for ranking, miss in zip(found, misses, strict=True) if ranking.near_miss == miss]
    assert len(declined) >= 0.9 * len(misses)
    assert len(own) >= 0.7 * len(misses)


@pytest.mark.parametrize("text", ["", "   ", "???", "🙂", "\x00", "a" * 5000, "word " * 2000])
def test_whatever_is_typed_gets_a_ranking(engines: dict[str, SearchEngine], text: str) -> None:
    ranking = engines["copeland"].search(text, Role.MEMBER)
    assert 0 <= ranking.confidence <= 1
    assert len(ranking.hits) <= 5


def test_the_same_question_gets_the_same_ranking_from_another_engine(engines: dict[str, SearchEngine]) -> None:
    other = SearchEngine.build(LIBRARY.get("copeland"), shared_knowledge(), trained())
    for question in ("who do I tell?", "can the chair shut me up", "bins"):
        assert other.search(question, None) == engines["copeland"].search(question, None)


def test_shares_of_one_ranking_add_up_to_at_most_one(engines: dict[str, SearchEngine]) -> None:
    ranking = engines["tower-hamlets"].search("can I see the part two papers", Role.MEMBER)
    scores = [hit.score for hit in ranking.hits]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) <= 1.000001


def test_without_training_the_engine_still_answers_by_likeness() -> None:
    engine = SearchEngine.build(LIBRARY.get("copeland"), shared_knowledge())
    ranking = engine.search("who must be told when a member and an officer are a couple", None)
    assert "5.3" in [hit.ref for hit in ranking.hits[:3]]
    assert engine.search("when will my green bin be emptied", None).verdict == "not covered"


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("when are the bins collected", "bins and recycling"),
        ("how much annual leave do I get", "annual leave"),
        ("asdkjh qwe", None),
        ("banana", None),
    ],
)
def test_where_to_turn_is_said_of_a_subject_and_never_guessed(
    engines: dict[str, SearchEngine], question: str, subject: str | None
) -> None:
    ranking = engines["copeland"].search(question, None)

    assert ranking.verdict == "not covered"
    assert (ranking.not_covered.subject if ranking.not_covered else None) == subject
