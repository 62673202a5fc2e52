"""The tool itself: what is normalised, what is kept, and that every kind of difference is found. Needs no server."""

import unittest

import cases
import compact
import compare
import pointers
import runner
import server
from normal import Normaliser

NS = "conf-12345678"
UID_A = "11111111-2222-3333-4444-555555555555"
UID_B = "aaaaaaaa-2222-3333-4444-555555555555"
TIME = "2026-01-02T03:04:05Z"


def normalised(*bodies, requests=None, **case):
    """What becomes of these bodies, each the answer to one request."""
    content = {"what": "", "requests": requests or [{"method": "GET", "path": "/x"}] * len(bodies), **case}
    raw = [{"status": 200, "headers": [], "body": body} for body in bodies]
    return [one["body"] for one in Normaliser(cases.Case("area/x", content), NS).answers(raw)]


def thing(version="5", **metadata):
    return {"kind": "Thing", "metadata": {"name": "a", "resourceVersion": version, **metadata}}


class Normalisation(unittest.TestCase):

    def test_UidsAreNumberedByFirstAppearanceAndStayEqual(self):
        self.assertEqual(normalised({"a": UID_B, "b": [UID_A, f"uid: {UID_B}"]}),
                         [{"a": "<uid-1>", "b": ["<uid-2>", "uid: <uid-1>"]}])

    def test_NumbersDoNotDependOnTheOrderOfMembers(self):
        self.assertEqual(normalised({"b": UID_A, "a": UID_B}), normalised({"a": UID_B, "b": UID_A}))

    def test_ResourceVersionsKeepTheirOrder(self):
        done = normalised(thing("30"), thing("9"), thing("30"))
        self.assertEqual([one["metadata"]["resourceVersion"] for one in done], ["<rv-2>", "<rv-1>", "<rv-2>"])

    def test_ResourceVersionZeroStays(self):
        self.assertEqual(normalised(thing("0")), [thing("0")])

    def test_AListsVersionIsNotAmongThoseOfObjects(self):
        lists = [{"kind": "ThingList", "metadata": {"resourceVersion": version}, "items": [thing("5")]}
                 for version in ("7", "4")]
        fine, old = normalised(*lists)
        self.assertEqual(fine["metadata"]["resourceVersion"], "<list-rv>")
        self.assertEqual(old["metadata"]["resourceVersion"], "<list-rv, older than an item>")
        self.assertEqual(fine["items"][0]["metadata"]["resourceVersion"], "<rv-1>")

    def test_VersionsInMessagesAreReplaced(self):
        status = {"kind": "Status", "message": "resource version: 5, asked for 3",
                  "more": "too old resource version: 3 (77)", "other": "code 5"}
        done = normalised(thing("5"), status)[1]
        self.assertEqual(done["message"], "resource version: <rv-1>, asked for 3")
        self.assertEqual(done["more"], "too old resource version: 3 (<rv>)")
        self.assertEqual(done["other"], "code 5")

    def test_VersionsThatAMessageComparesKeepTheirOrder(self):
        status = {"message": "ResourceVersion in the precondition (70) does not match the ResourceVersion in record "
                             "(9)"}
        self.assertEqual(normalised(status)[0]["message"].count("<rv-2>) does not match"), 1)
        self.assertIn("record (<rv-1>)", normalised(status)[0]["message"])

    def test_TimesAreHiddenUnlessTheCaseNamesThem(self):
        self.assertEqual(normalised({"t": TIME}), [{"t": "<time>"}])
        self.assertEqual(normalised({"t": TIME}, given=[{"kind": "X", "t": TIME}]), [{"t": TIME}])

    def test_GeneratedNamesKeepTheirPrefixWhereverTheyAppear(self):
        made = thing(generateName="a-", name="a-x7k2p")
        self.assertEqual(normalised(made, {"message": 'pods "a-x7k2p" not found'})[1],
                         {"message": 'pods "a-<suffix-1>" not found'})

    def test_HashesOfTemplatesAreHidden(self):
        owned = thing(name="web-5d4f8", labels={"pod-template-hash": "5d4f8"})
        self.assertEqual(normalised(owned)[0]["metadata"]["name"], "web-<hash-1>")

    def test_TheNamespaceIsAPlaceholder(self):
        self.assertEqual(normalised({"m": f"in {NS}"}), [{"m": "in {ns}"}])

    def test_ManagedFieldsAreLeftOutUnlessAskedForAndThenSorted(self):
        body = thing(managedFields=[{"manager": "n"}, {"manager": "m"}])
        self.assertNotIn("managedFields", normalised(body)[0]["metadata"])
        kept = normalised(body, managed_fields=True)[0]["metadata"]["managedFields"]
        self.assertEqual(kept, [{"manager": "m"}, {"manager": "n"}])

    def test_WhatIsLeftOutTakesNoNumber(self):
        requests = [{"method": "GET", "path": "/x", "without": ["/a"]}]
        self.assertEqual(normalised({"a": UID_A, "b": UID_B}, requests=requests), [{"b": "<uid-1>"}])

    def test_AgesInTablesAreHidden(self):
        table = {"kind": "Table", "metadata": {}, "columnDefinitions": [{"name": "Name"}, {"name": "Age"}],
                 "rows": [{"cells": ["a", "3s"]}]}
        self.assertEqual(normalised(table)[0]["rows"], [{"cells": ["a", "<age>"]}])
        self.assertEqual(normalised(table, requests=[{"method": "GET", "path": "/x", "only": ["/rows"]}]),
                         [{"rows": [{"cells": ["a", "<age>"]}]}])

    def test_CausesAreSortedAlsoInTheMessage(self):
        status = {"kind": "Status", "message": "a is invalid: [z: two, b: one]",
                  "details": {"causes": [{"field": "z", "message": "two"}, {"field": "b", "message": "one"}]}}
        done = normalised(status)[0]
        self.assertEqual(done["message"], "a is invalid: [b: one, z: two]")
        self.assertEqual([one["field"] for one in done["details"]["causes"]], ["b", "z"])

    def test_HeadersThatMatterAreKept(self):
        case = cases.Case("area/x", {"what": "", "requests": [{"method": "GET", "path": "/x"}]})
        raw = [{"status": 429, "body": {}, "headers": [("retry-after", "10"), ("Warning", "a"), ("Warning", "b"),
                                                       ("Date", "today")]}]
        self.assertEqual(Normaliser(case, NS).answers(raw)[0]["headers"],
                         {"Retry-After": "10", "Warning": ["a", "b"]})


class Comparing(unittest.TestCase):
    recorded = [{"status": 200, "body": {"a": 1, "list": [1, 2]}},
                {"status": 200, "events": [{"type": "ADDED", "object": {}}], "ended": False}]

    def differences(self, change):
        answered = [dict(one) for one in self.recorded]
        change(answered)
        return compare.differences(self.recorded, answered)

    def test_EqualAnswersDoNotDiffer(self):
        self.assertEqual(self.differences(lambda answered: None), [])

    def test_AChangedFieldIsFound(self):
        self.assertEqual(self.differences(lambda answered: answered[0].update(body={"a": 2, "list": [1, 2]})),
                         ["answer 1, /body/a: recorded 1, answered 2"])

    def test_AMissingAndAnAdditionalFieldAreFound(self):
        self.assertEqual(self.differences(lambda answered: answered[0].update(body={"b": 2, "list": [1, 2]})),
                         ["answer 1, /body/a: recorded 1, missing", "answer 1, /body/b: not recorded, answered 2"])

    def test_AnotherTypeOfTheSameValueIsFound(self):
        self.assertEqual(len(self.differences(lambda answered: answered[1].update(ended=0))), 1)

    def test_LongTextsAreShownWhereTheyPart(self):
        line, = compare.differences([{"t": "x" * 300 + "a"}], [{"t": "x" * 300 + "b"}])
        self.assertTrue(line.endswith('xa", answered …"' + "x" * 40 + 'b"'), line)

    def test_AShorterListIsFound(self):
        self.assertEqual(self.differences(lambda answered: answered[0].update(body={"a": 1, "list": [1]})),
                         ["answer 1, /body/list/1: recorded 2, missing"])

    def test_AMissingAndAnAdditionalAnswerAreFound(self):
        self.assertEqual(self.differences(lambda answered: answered.pop()), ["answer 2: missing"])
        self.assertEqual(self.differences(lambda answered: answered.append({})), ["answer 3: not recorded"])

    def test_AnEventTooManyIsFound(self):
        event = {"type": "DELETED", "object": {}}
        found = self.differences(lambda answered: answered[1].update(events=self.recorded[1]["events"] + [event]))
        self.assertEqual(len(found), 1)
        self.assertIn("/events/1: not recorded", found[0])


class Pointers(unittest.TestCase):
    value = {"items": [{"name": "a", "v": {"x": 1, "y": 2}}, {"name": "b/c", "v": {"x": 3}}], "kind": "L"}

    def test_OnlyKeepsTheMatchesAndTheWayToThem(self):
        self.assertEqual(pointers.only(self.value, ["/items/*/v/x", "/kind"]),
                         {"items": [{"v": {"x": 1}}, {"v": {"x": 3}}], "kind": "L"})
        self.assertEqual(pointers.only(self.value, ["/items/[name=b~1c]/v", "/none"]), {"items": [{"v": {"x": 3}}]})

    def test_WithoutRemovesAllMatches(self):
        value = {"items": [{"a": 1, "b": 2}, {"a": 3}], "c": [1, 2, 3]}
        pointers.without(value, "/items/*/a")
        pointers.without(value, "/c/*")
        pointers.without(value, "/absent/x")
        self.assertEqual(value, {"items": [{"b": 2}, {}], "c": []})

    def test_ChangeSetsAppendsAndRemoves(self):
        value = {"a": [1], "b": {"c": 1}}
        for pointer, new in (("/a/-", 2), ("/a/0", 5), ("/b/c", None), ("/b/d", 3)):
            pointers.change(value, pointer, new)
        self.assertEqual(value, {"a": [5, 2], "b": {"d": 3}})


class Cases(unittest.TestCase):

    def test_PlaceholdersKeepTheTypeWhenTheyStandAlone(self):
        answers = {"answer": [{"n": 3, "s": "x"}], "given": [{"deep": {"list": [1]}}]}
        self.assertEqual(
            cases.fill({"a": "{answer:1:/n}", "b": "v{answer:1:/n}", "{ns}": ["{given:1:/deep}", "{answer:1:}"]},
                       "here", answers),
            {"a": 3, "b": "v3", "here": [{"list": [1]}, {"n": 3, "s": "x"}]})

    def test_APlaceholderForNothingIsAnError(self):
        with self.assertRaises(KeyError):
            cases.fill("{answer:1:/none}", "here", {"answer": [{}], "given": []})

    def test_AnUnknownKeyIsRefused(self):
        with self.assertRaisesRegex(ValueError, "unknown untill"):
            cases.Case("area/x", {"what": "", "requests": [{"method": "GET", "path": "/x", "untill": {}}]})

    def test_QueriesAreEncodedAndListsRepeatTheirName(self):
        self.assertEqual(cases.target({"path": "/a b", "query": {"l": "x in (a,b)", "c": ["1", "2"]}}),
                         "/a%20b?l=x+in+%28a%2Cb%29&c=1&c=2")

    def test_EveryCaseIsWellFormedAndRecordedAndEveryRecordHasACase(self):
        loaded = cases.load()
        recorded = {str(file.relative_to(cases.ANSWERS).with_suffix("")) for file in cases.ANSWERS.rglob("*.json")}
        self.assertEqual({case.name for case in loaded}, recorded)
        self.assertEqual(len({case.what for case in loaded}), len(loaded), "two cases say that they are the same")


class Watches(unittest.TestCase):

    def test_OnlyTheBookmarkThatEndsInitialEventsCounts(self):
        plain = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "7"}}}
        ending = {"type": "BOOKMARK", "object": {"metadata": {"annotations": {runner.INITIAL_END: "true"}}}}
        self.assertTrue(runner.is_stray_bookmark(plain))
        self.assertFalse(runner.is_stray_bookmark(ending))
        self.assertFalse(runner.is_stray_bookmark({"type": "ADDED", "object": {"metadata": {}}}))


class Files(unittest.TestCase):

    def test_WhatFitsStandsOnOneLine(self):
        self.assertEqual(compact.dumps({"b": 1, "a": ["x" * 80, 2]}),
                         '{"a": ["' + "x" * 80 + '", 2], "b": 1}')
        self.assertEqual(compact.dumps({"b": 1, "a": ["x" * 116]}),
                         '{\n "a": [\n  "' + "x" * 116 + '"\n ],\n "b": 1\n}')

    def test_WaitingEnds(self):
        with self.assertRaises(TimeoutError):
            server.wait_until("it", 0, lambda: False, pause=0)


if __name__ == "__main__":
    unittest.main()
