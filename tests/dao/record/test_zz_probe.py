from collections import defaultdict
from random import Random
from dao.record.verify import verify
from dao.record.leaves import KINDS
from tests.dao.record.forge import Bench
from tests.dao.record import mutants
from tests.dao.conftest import played
from tests.dao.record.conftest import story
import time


def test_probe(played, story):
    found = defaultdict(lambda: defaultdict(int))
    ex = {}
    for name, make in (("demo", lambda: Bench(played.record)), ("story", story)):
        base = make()
        shown = {s.label for s in (base.chosen() if name == "story" else base.slots)}
        data = base.seal(shown=base.chosen()) if name == "story" else base.seal()
        r = verify(data)
        assert r.ok, r.failed
        b0 = mutants.told(r)
        for kind, schema in KINDS.items():
            for field in schema:
                n = len(make().all(kind))
                for i in {0, n // 2, n - 1} if n else ():
                    slot0 = make().all(kind)[i]
                    if slot0.label not in shown:
                        continue
                    own = (
                        ""
                        if slot0.body.get("proposal", slot0.body.get("id") if kind == "proposal" else base.proposal)
                        == base.proposal
                        else "'"
                    )
                    if kind == "entry" and slot0.body["iip"] == 2:
                        own = "'"
                    vals = [v for v in mutants.others(make(), slot0, field) if v != slot0.body[field]]
                    Random(1).shuffle(vals)
                    for v in vals[:8]:
                        b = make()
                        s = b.all(kind)[i]
                        b.edit(s, **{field: v})
                        try:
                            ch = b.chosen() if name == "story" else None
                            d = b.seal(shown=ch)
                        except Exception as e:
                            found[kind + own + "." + field]["unwritable"] += 1
                            continue
                        if ch is not None and s not in ch:
                            found[kind + own + "." + field]["leaves"] += 1
                            continue
                        r = verify(d)
                        if r.ok:
                            t = mutants.told(r)
                            diff = [k for k in t if t[k] != b0[k]]
                            found[kind + own + "." + field]["OK" + ",".join(diff)] += 1
                            ex.setdefault((kind + own + "." + field, tuple(diff)), (slot0.body[field], v))
                        else:
                            found[kind + own + "." + field][r.failed.number] += 1
    for k in sorted(found):
        print(k, dict(found[k]))
    for k, v in ex.items():
        print(k, str(v)[:300])
