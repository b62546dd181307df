from wissel.routing.signing.bounded_cache import Recent


def test_the_entry_put_longest_ago_is_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    recent.put("a", 3)
    recent.put("c", 4)

    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (3, None, 4)


def test_a_later_value_replaces_an_earlier_one() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("a", 2)

    assert recent.get("a") == 2
