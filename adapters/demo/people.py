"""Plainly fictional people, so that every route of every protocol has somebody at its end."""

from __future__ import annotations

from typing import Any

from bot.model import Person
from bot.rules.protocol import Position

DOMAIN = "council.example"


def _person(name: str, *positions: Position, department: str = "", manager: str = "", **more: Any) -> Person:
    slug = name.lower().replace("cllr ", "").replace(" ", ".")
    return Person(
        id=slug,
        name=name,
        email=f"{slug}@{DOMAIN}",
        role=positions[0].role,
        positions=positions,
        department=department,
        manager_email=f"{manager}@{DOMAIN}" if manager else "",
        **more,
    )


SAMPLE_PEOPLE: tuple[Person, ...] = (
    _person("Cllr Ada Sample", Position.MEMBER, ward="North", group="Blue Example"),
    _person("Cllr Ben Specimen", Position.MEMBER, Position.CHAIR, ward="South", group="Green Example"),
    _person("Cllr Cora Placeholder", Position.MEMBER, Position.GROUP_LEADER, ward="East", group="Blue Example"),
    _person("Cllr Dev Template", Position.MEMBER, Position.GROUP_LEADER, ward="West", group="Green Example"),
    _person("Cllr Elin Example", Position.MEMBER, Position.EXECUTIVE_MEMBER, ward="Centre", group="Blue Example"),
    _person(
        "Femi Sample",
        Position.OFFICER,
        department="Housing",
        manager="gwen.specimen",
        cover_email=f"hal.example@{DOMAIN}",
    ),
    _person("Hal Example", Position.OFFICER, department="Housing", manager="gwen.specimen"),
    _person("Ivy Template", Position.OFFICER, department="Highways", manager="jon.placeholder"),
    _person("Gwen Specimen", Position.OFFICER, Position.SERVICE_HEAD, department="Housing", manager="kim.sample"),
    _person("Jon Placeholder", Position.OFFICER, Position.SERVICE_HEAD, department="Highways", manager="kim.sample"),
    _person("Kim Sample", Position.OFFICER, Position.DIRECTOR, department="Place", manager="lou.example"),
    _person("Lou Example", Position.OFFICER, Position.CHIEF_EXECUTIVE, department="Chief Executive's office"),
    _person("Mo Template", Position.OFFICER, Position.MONITORING_OFFICER, department="Legal", manager="lou.example"),
    _person(
        "Nia Specimen", Position.OFFICER, Position.SECTION_151_OFFICER, department="Finance", manager="lou.example"
    ),
    _person(
        "Oz Placeholder",
        Position.OFFICER,
        Position.DEMOCRATIC_SERVICES,
        department="Democratic Services",
        manager="mo.template",
    ),
)
