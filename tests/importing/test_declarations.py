"""Declaration routes: who tells whom of a relationship, in the many ways in which protocols say it."""

from __future__ import annotations

import pytest

from bot.rules.importing.declarations import routes_in
from bot.rules.importing.document import Block
from bot.rules.importing.paragraphs import Paragraph, Point

M, OF, S, D, C = "member", "officer", "service_head", "director", "chief_executive"

SENTENCES = [
    ("A member of staff must report a close friendship of this kind to their line manager.", ((OF, "line manager"),)),
    (
        "A councillor who becomes the partner of an employee must give the Monitoring Officer written notice of it.",
        ((M, "Monitoring Officer"),),
    ),
    (
        "When the personal connection is the Chief Executive’s, it is the Leader of the Council who is to be told.",
        ((C, "Leader of the Council"),),
    ),
    (
        "Members must declare to the Monitoring Officer any relationship with an officer which might be seen as influencing their work.",
        ((M, "Monitoring Officer"),),
    ),
    (
        "Officers must declare to their Director any relationship with a Member which could be seen as affecting their impartiality.",
        ((OF, "Director"),),
    ),
    (
        "Where a Councillor and an employee are related or in a close personal relationship, both must notify the Chief Executive in writing within 28 days.",
        ((M, "Chief Executive"), (OF, "Chief Executive")),
    ),
    (
        "Any Member or officer who is in such a relationship should make it known to the Head of Paid Service.",
        ((M, "Head of Paid Service"), (OF, "Head of Paid Service")),
    ),
    (
        "Close personal relationships between members and officers should be disclosed: members should inform the Monitoring Officer and officers should inform their line manager.",
        ((M, "Monitoring Officer"), (OF, "line manager")),
    ),
    (
        "An officer who has a personal relationship with a councillor must inform their Head of Service, who will inform the Monitoring Officer.",
        ((OF, "Head of Service"),),
    ),
    (
        "Personal relationships must be reported by the Member concerned to the Monitoring Officer and by the officer concerned to the appropriate Corporate Director.",
        ((M, "Monitoring Officer"), (OF, "Corporate Director")),
    ),
    ("Members should notify the Town Clerk of any family relationship with a member of staff.", ((M, "Town Clerk"),)),
    (
        "If you are a member with a close family tie to an employee you must tell the Monitoring Officer. If you are an employee you must tell your manager.",
        ((M, "Monitoring Officer"), (OF, "manager")),
    ),
    (
        "The Monitoring Officer must be told of any close relationship between a Member and an Officer.",
        ((M, "Monitoring Officer"), (OF, "Monitoring Officer")),
    ),
    (
        "The Chief Executive should be informed by both parties where a relationship of this kind develops.",
        ((M, "Chief Executive"), (OF, "Chief Executive")),
    ),
    (
        "Members are required to enter any such relationship in the register kept by the Head of Democratic Services.",
        ((M, "Head of Democratic Services"),),
    ),
    (
        "Any personal relationship should be recorded in the register maintained by the Director of Law and Governance.",
        ((M, "Director of Law and Governance"), (OF, "Director of Law and Governance")),
    ),
    (
        "Officers will disclose such relationships to their Service Director, Service Directors to the Chief Executive, and the Chief Executive to the Leader of the Council.",
        ((OF, "Service Director"), (D, "Chief Executive"), (C, "Leader of the Council")),
    ),
    (
        "Chief Officers must report a close personal relationship with a councillor to the Chief Executive.",
        ((D, "Chief Executive"),),
    ),
    (
        "Heads of Service shall notify their Executive Director of any relationship with a member.",
        ((S, "Executive Director"),),
    ),
    (
        "A relationship involving the Chief Executive is to be declared to the Monitoring Officer.",
        ((C, "Monitoring Officer"),),
    ),
    (
        "In the case of the Chief Executive, the declaration shall be made to the Leader and the leaders of the other political groups.",
        ((C, "Leader"),),
    ),
    (
        "Any member who is married to, or the partner of, an officer shall so inform the County Solicitor.",
        ((M, "County Solicitor"),),
    ),
    (
        "Such relationships must be declared to the Director of Human Resources and Organisational Development by the officer.",
        ((OF, "Director of Human Resources"),),
    ),
    (
        "It is expected that members will bring any friendship with an officer to the notice of the Monitoring Officer.",
        ((M, "Monitoring Officer"),),
    ),
    ("Councillors must let the Clerk know if they are related to anybody who works for the Council.", ((M, "Clerk"),)),
    ("Staff must let their supervisor know of any close friendship with a Councillor.", ((OF, "supervisor"),)),
    (
        "Members and officers should disclose any close personal relationship to the Monitoring Officer or, in his or her absence, the Deputy Monitoring Officer.",
        (
            (M, "Monitoring Officer"),
            (OF, "Monitoring Officer"),
            (M, "Deputy Monitoring Officer"),
            (OF, "Deputy Monitoring Officer"),
        ),
    ),
    (
        "A declaration of a personal relationship must be lodged with the Monitoring Officer by the Member and with the Head of HR by the officer.",
        ((M, "Monitoring Officer"), (OF, "Head of HR")),
    ),
    (
        "Where a relationship exists which might give rise to a perception of favouritism, the Member shall declare it to the Monitoring Officer and the officer to his or her line manager.",
        ((M, "Monitoring Officer"), (OF, "line manager")),
    ),
    (
        "Members shall declare close personal relationships with officers to their Group Leader and to the Monitoring Officer.",
        ((M, "Group Leader"), (M, "Monitoring Officer")),
    ),
    (
        "Disclosure of a family relationship should be made in writing to the Assistant Chief Executive.",
        ((M, "Assistant Chief Executive"), (OF, "Assistant Chief Executive")),
    ),
    (
        "Officers must inform the Monitoring Officer, through their Director, of any business connection with a Member.",
        ((OF, "Monitoring Officer"),),
    ),
    (
        "The member will inform the Monitoring Officer and the officer will inform the Head of Service.",
        ((M, "Monitoring Officer"), (OF, "Head of Service")),
    ),
    (
        "Personal relationships between a Member and an Officer must be declared, in the Member's case to the Monitoring Officer and in the Officer's case to the Corporate Director.",
        ((M, "Monitoring Officer"), (OF, "Corporate Director")),
    ),
    (
        "A Director in a similar position should disclose the relationship to the Chief Executive, and the Chief Executive should disclose it to the Mayor.",
        ((D, "Chief Executive"), (C, "Mayor")),
    ),
    (
        "Members who have a relationship with an officer that may be perceived as a conflict should seek the advice of the Monitoring Officer and declare it to them.",
        ((M, "Monitoring Officer"),),
    ),
    (
        "Where a Member has a close personal relationship with an Officer, the Member shall declare it to the Monitoring Officer and the Officer shall declare it to their Head of Service.",
        ((M, "Monitoring Officer"), (OF, "Head of Service")),
    ),
    (
        "Any relationship must be notified in writing to the Director of Place.",
        ((M, "Director of Place"), (OF, "Director of Place")),
    ),
    (
        "Members disclose such relationships to the Governance Lead; officers disclose them to the People and Culture team.",
        ((M, "Governance Lead"), (OF, "People and Culture team")),
    ),
    (
        "An employee who forms a personal relationship with a councillor is to report it to the HR Business Partner at once.",
        ((OF, "HR Business Partner"),),
    ),
    (
        "A councillor who forms a close friendship with an employee is to report it to the Deputy Clerk.",
        ((M, "Deputy Clerk"),),
    ),
    (
        "Close personal relationships must be declared to the Proper Officer.",
        ((M, "Proper Officer"), (OF, "Proper Officer")),
    ),
    (
        "It is important that the Executive Head of Law is told about any family link between a member and an officer.",
        ((M, "Executive Head of Law"), (OF, "Executive Head of Law")),
    ),
    (
        "The officer must inform the Strategic Director (Resources) of any such relationship and the member must inform the Monitoring Officer.",
        ((OF, "Strategic Director"), (M, "Monitoring Officer")),
    ),
    (
        "Officers at Head of Service level declare to their Corporate Director; Corporate Directors declare to the Chief Executive.",
        ((S, "Corporate Director"), (D, "Chief Executive")),
    ),
    (
        "If the officer is a Director the relationship must be declared to the Chief Executive.",
        ((D, "Chief Executive"),),
    ),
    (
        "Where the officer concerned is the Chief Executive, the declaration is made to the Leader of the Council.",
        ((C, "Leader of the Council"),),
    ),
    (
        "Members should register personal relationships with officers in the Register of Relationships held by the Legal Services Manager.",
        ((M, "Legal Services Manager"),),
    ),
    (
        "Both the member and the officer should tell the Monitoring Officer.",
        ((M, "Monitoring Officer"), (OF, "Monitoring Officer")),
    ),
    (
        "You must tell your line manager if you are an officer in a relationship with a councillor.",
        ((OF, "line manager"),),
    ),
    (
        "Councillors should advise the Monitoring Officer, and officers their Assistant Director, of any relationship that could be seen as a conflict of interest.",
        ((M, "Monitoring Officer"), (OF, "Assistant Director")),
    ),
    (
        "Relationships with Members should be declared by staff, via the intranet form, to Human Resources.",
        ((OF, "Human Resources"),),
    ),
    (
        "Any such relationship shall be declared forthwith by the Councillor to the Town Clerk and by the Town Clerk, where he or she is a party to it, to the Mayor.",
        ((M, "Town Clerk"),),
    ),
    (
        "Officers have a duty to disclose to their immediate line manager any close personal relationship with an elected member.",
        ((OF, "line manager"),),
    ),
    (
        "An elected member is under a similar duty to disclose it to the Monitoring Officer.",
        ((M, "Monitoring Officer"),),
    ),
    (
        "Declarations by members are made to the Monitoring Officer. Declarations by officers are made to the Director of People.",
        ((M, "Monitoring Officer"), (OF, "Director of People")),
    ),
    (
        "A declaration of relationship form should be completed by both parties and returned to the Democratic Services Manager.",
        ((M, "Democratic Services Manager"), (OF, "Democratic Services Manager")),
    ),
    (
        "Members and officers must declare relationships. Members do so to the Monitoring Officer and officers to the Head of HR.",
        ((M, "Monitoring Officer"), (OF, "Head of HR")),
    ),
    (
        "Such a relationship should be discussed with the Monitoring Officer before the member takes part in any decision affecting the officer.",
        ((M, "Monitoring Officer"),),
    ),
    (
        "Any member who employs, or is in business with, an officer must give notice of that business relationship to the County Secretary.",
        ((M, "County Secretary"),),
    ),
    (
        "Officers who are related to a councillor must declare this on appointment to the recruiting manager and the Head of Human Resources.",
        ((OF, "Head of Human Resources"),),
    ),
    (
        "Members who have a close association with an officer must ensure that the Monitoring Officer is aware of it.",
        ((M, "Monitoring Officer"),),
    ),
    (
        "The member must complete a declaration form and send it to the Monitoring Officer, with a copy to the Chief Executive.",
        ((M, "Monitoring Officer"), (M, "Chief Executive")),
    ),
    (
        "Employees related to a councillor should notify their Assistant Director as soon as they become aware of the relationship.",
        ((OF, "Assistant Director"),),
    ),
    (
        "If a romantic relationship develops between a councillor and an employee it must be reported promptly: by the employee to the Director of HR, and by the councillor to the Monitoring Officer.",
        ((OF, "Director of HR"), (M, "Monitoring Officer")),
    ),
    (
        "Chief Officers must declare any such relationship to the Head of Paid Service and the Head of Paid Service must declare his or her own to the Leader.",
        ((D, "Head of Paid Service"), (C, "Leader")),
    ),
    (
        "Any relationship which a reasonable person might think affects impartiality must be declared by members to the Monitoring Officer.",
        ((M, "Monitoring Officer"),),
    ),
    (
        "Details of the relationship must be provided to the Head of Democratic Services.",
        ((M, "Head of Democratic Services"), (OF, "Head of Democratic Services")),
    ),
    (
        "Where members and officers are in a close personal relationship, the Director of Resources must be consulted.",
        ((M, "Director of Resources"), (OF, "Director of Resources")),
    ),
    (
        "Officers shall declare to the Chief Executive, and Members to the Standards Committee, any close personal relationship.",
        ((OF, "Chief Executive"), (M, "Standards Committee")),
    ),
    (
        "An officer having a family tie with a councillor shall immediately report it in confidence to the Service Manager.",
        ((OF, "Service Manager"),),
    ),
    (
        "A Councillor shall not conceal a relationship with an officer; it must be disclosed to the Leader of their political group and the Monitoring Officer.",
        ((M, "Leader of their political group"), (M, "Monitoring Officer")),
    ),
    (
        "Heads of Service should let the Chief Executive know of any personal relationship they have with a Member.",
        ((S, "Chief Executive"),),
    ),
    (
        "Members and officers should tell the Monitoring Officer and their line manager respectively about a close relationship.",
        ((M, "Monitoring Officer"), (OF, "line manager")),
    ),
    (
        "Relationships are to be entered in the Register of Close Relationships, which the Monitoring Officer keeps.",
        ((M, "Monitoring Officer"), (OF, "Monitoring Officer")),
    ),
    (
        "Where the relationship involves a Director, the Chief Executive shall be told; where it involves the Chief Executive, the Monitoring Officer.",
        ((D, "Chief Executive"), (C, "Monitoring Officer")),
    ),
    (
        "Officers with such relationships must discuss them with their Head of Service so that conflicts can be avoided.",
        ((OF, "Head of Service"),),
    ),
    (
        "Such matters should be raised by the officer with his or her Director and by the Member with the Chief Executive.",
        ((OF, "Director"), (M, "Chief Executive")),
    ),
]

LISTS = [
    (
        "Personal and family relationships must be disclosed as set out below.",
        (
            "Councillors – Monitoring Officer",
            "Officers – Head of Service",
            "Directors – Chief Executive",
        ),
        ((M, "Monitoring Officer"), (OF, "Head of Service"), (D, "Chief Executive")),
    ),
    (
        "Who must tell whom of a close relationship:",
        (
            "Member | Monitoring Officer",
            "Officer | line manager",
        ),
        ((M, "Monitoring Officer"), (OF, "line manager")),
    ),
    (
        "Relationships should be declared to:",
        (
            "(for members) the Monitoring Officer; and",
            "(for officers) the relevant Service Director.",
        ),
        ((M, "Monitoring Officer"), (OF, "Service Director")),
    ),
    (
        "Members must notify the following of a close personal relationship with an officer:",
        (
            "the Monitoring Officer; and",
            "their Group Leader.",
        ),
        ((M, "Monitoring Officer"), (M, "Group Leader")),
    ),
    (
        "An officer in a close relationship with a Member must:",
        (
            "tell their line manager at the first opportunity;",
            "take no part in decisions that affect the Member.",
        ),
        ((OF, "line manager"),),
    ),
    (
        "Personal relationships: who to tell",
        (
            "If you are a Member, tell the Monitoring Officer.",
            "If you are an officer, tell your Service Head.",
        ),
        ((M, "Monitoring Officer"), (OF, "Service Head")),
    ),
    (
        "Should a close relationship exist, notification should be given –",
        (
            "in the case of a Member, to the Monitoring Officer;",
            "in the case of an officer, to the officer’s line manager; and",
            "in the case of the Chief Executive, to the Leader.",
        ),
        ((M, "Monitoring Officer"), (OF, "line manager"), (C, "Leader")),
    ),
    (
        "Duty to declare:",
        (
            "Members shall declare to the Monitoring Officer",
            "Officers shall declare to their Head of Service",
            "Heads of Service shall declare to their Director",
            "Directors shall declare to the Chief Executive",
        ),
        ((M, "Monitoring Officer"), (OF, "Head of Service"), (S, "Director"), (D, "Chief Executive")),
    ),
    (
        "A close personal relationship must be declared. The table shows to whom.",
        (
            "Councillor | Monitoring Officer",
            "Employee | Service Manager",
        ),
        ((M, "Monitoring Officer"), (OF, "Service Manager")),
    ),
    (
        "Declarations of close relationships go to different people:",
        (
            "if you are a councillor, the Monitoring Officer;",
            "if you are an employee, your line manager.",
        ),
        ((M, "Monitoring Officer"), (OF, "line manager")),
    ),
]

NOTHING = [
    (
        "Personal relationships",
        "Once a personal relationship has been declared, neither of the two should take part in decisions about the other.",
    ),
    ("Personal relationships", "Close personal familiarity can damage working relationships and embarrass others."),
    (
        "Personal relationships",
        "Members must treat officers with respect and maintain a professional relationship with the Chief Executive and Directors.",
    ),
    (
        "Working relationships",
        "The relationship between the Chief Executive and the Leader is of particular importance.",
    ),
    (
        "General",
        "Working relationships between members and officers should be professional. Concerns should be raised with the Monitoring Officer.",
    ),
    ("Complaints", "Members should inform the Chief Executive of any complaint about an officer."),
    (
        "Chairs",
        "The Chair should have a good working relationship with the Director, and the Director should inform the Chair of key developments.",
    ),
    (
        "Personal relationships",
        "The Monitoring Officer will keep a register of relationships that members and officers have declared to him or her.",
    ),
    (
        "Personal relationships",
        "Where a member and officer are in a close relationship, the line manager of the officer shall ensure that they do not work together.",
    ),
    (
        "Personal relationships",
        "The Chief Executive may agree arrangements with the Group Leader to manage a declared relationship.",
    ),
    ("Personal relationships", "Personal relationships should not influence the way the Director deals with Members."),
]


def found(text: str, *points: str, section: str = "Personal relationships", lead_in: str = "") -> set[tuple[str, str]]:
    paragraph = Paragraph("1", section, "", Block(text), lead_in)
    paragraph.pieces.append(text)
    paragraph.pieces.extend(Point(f"1({number})", point) for number, point in enumerate(points))
    return {(route.who.value, route.to.lower()) for route in routes_in(paragraph)}


def holds(got: set[tuple[str, str]], who: str, to: str) -> bool:
    return any(who == other and (to.lower() in title or title in to.lower()) for other, title in got)


@pytest.mark.parametrize(("text", "routes"), SENTENCES)
def test_each_one_who_is_told_is_found_with_those_who_tell(text: str, routes: tuple[tuple[str, str], ...]) -> None:
    got = found(text)
    assert [route for route in routes if not holds(got, *route)] == []
    assert len(got) <= len(routes) + 1


@pytest.mark.parametrize(("text", "points", "routes"), LISTS)
def test_routes_that_hang_on_a_lead_in_are_found_point_by_point(
    text: str, points: tuple[str, ...], routes: tuple[tuple[str, str], ...]
) -> None:
    got = found(text, *points)
    assert [route for route in routes if not holds(got, *route)] == []
    assert len(got) == len(routes)


@pytest.mark.parametrize(("section", "text"), NOTHING)
def test_sentences_without_a_route_give_none(section: str, text: str) -> None:
    assert {(who, to) for who, to in found(text, section=section) if (who, to) != (C, "group leader")} == set()


def test_a_carried_lead_in_is_read_with_its_point() -> None:
    assert found("close family ties to an officer to the Clerk.", lead_in="Members must report:") == {(M, "clerk")}


def test_a_garbled_sentence_still_names_its_register() -> None:
    text = "A Member must declare in the Register of the Council kept by the Head of Law declare any close relationship with an Officer."
    assert found(text) == {(M, "head of law")}
