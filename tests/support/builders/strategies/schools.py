"""Strategies for schools, their boards and what is told of them."""

from hypothesis import strategies as st

from support.builders.strategies.names import days, named, texts
from wissel.routing.facts import (
    Board,
    HolidayRegion,
    Location,
    PostcodeArea,
    Samenwerkingsverband,
    School,
    Sector,
)
from wissel.routing.values.identifiers import BoardNumber, Brin, Oin, Postcode4, Swv, Vestiging
from wissel.routing.values.points import Point


def boards() -> st.SearchStrategy[Board]:
    """Boards, some known by number only."""
    return st.builds(Board, number=named(BoardNumber), name=texts(), kvk=texts())


def points() -> st.SearchStrategy[Point]:
    """Points, also where no school is."""
    return st.builds(
        Point, st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000)
    )


def locations() -> st.SearchStrategy[Location]:
    """Locations of any school."""
    return st.builds(
        Location,
        vestiging=named(Vestiging),
        name=texts(),
        source=texts(),
        postcode=texts(),
        city=texts(),
        municipality=texts(),
        closed=st.none() | days(),
        sector=st.none() | st.sampled_from(Sector),
        point=st.none() | points(),
        holiday_region=st.none() | st.sampled_from(HolidayRegion),
        successor=st.none() | named(Brin) | named(Vestiging),
    )


def schools() -> st.SearchStrategy[School]:
    """Schools with up to three locations."""
    return st.builds(
        School,
        brin=named(Brin),
        board=named(BoardNumber),
        source=texts(),
        locations=st.lists(locations(), max_size=3).map(tuple),
    )


def samenwerkingsverbanden() -> st.SearchStrategy[Samenwerkingsverband]:
    """Samenwerkingsverbanden."""
    return st.builds(
        Samenwerkingsverband, code=named(Swv), name=texts(), oin=named(Oin), kvk=texts()
    )


def postcode_areas() -> st.SearchStrategy[PostcodeArea]:
    """Postcodes with their samenwerkingsverbanden."""
    return st.builds(
        PostcodeArea,
        postcode=named(Postcode4),
        swv_po=st.none() | named(Swv),
        swv_vo=st.none() | named(Swv),
    )
