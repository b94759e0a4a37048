# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Mutual: a mutual with the economics of 3F Mutual, for tests alone
@license MIT
@notice Our own source with the same economics. Money is numbers here: what `buy` receives stays, and in `play` whoever
        calls says who acted and when, so that a hundred purchases fit into one transaction. It has had no audit, and
        guards nothing.
@dev    `play` runs each deed as a call of its own to this contract, so that what reverts takes all of its changes back,
        its tick included. Totals have the names of the real contract's getters, and are read as it is read.
"""

struct Deed:
    kind: uint256  # BUY and so on
    ts: uint256
    actor: address
    amount: uint256  # premium or fee
    days: uint256
    agent: address
    name: bytes32

struct Player:
    id: uint256
    name: bytes32
    ref: uint256
    isAgent: bool
    claimed: bool
    eth: uint256
    shares: uint256
    units: uint256
    plyrLastSeen: uint256
    mask: uint256
    level: uint256
    accumulatedRef: uint256

event Played:
    outcomes: DynArray[uint256, 100]  # 0 for a deed that reverted, else 1 + the wei that its actor received

event BUYINSURANCE:
    buyer: indexed(address)
    start: indexed(uint256)
    unit: uint256
    date: uint256

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    amount: uint256

BUY: constant(uint256) = 0
REGISTER: constant(uint256) = 1
UPGRADE: constant(uint256) = 2
WITHDRAW: constant(uint256) = 3
CLAIM: constant(uint256) = 4
FORWARD: constant(uint256) = 5
CAGE: constant(uint256) = 6

E18: constant(uint256) = 10 ** 18
DAY: constant(uint256) = 86400
DAYS_MAX: constant(uint256) = 100
LEVEL_MAX: constant(uint256) = 10
SPAN: constant(uint256) = 4000  # days between two ticks, at most

today: public(uint256)
_now: public(uint256)
end: public(uint256)
ended: public(bool)
caged: public(bool)
ethOfShare: public(uint256)
shares: public(uint256)
issuedInsurance: public(uint256)
pool: public(uint256)
mask: public(uint256)
agents: public(uint256)
unitToExpire: public(HashMap[uint256, uint256])
unitToExpirePlayer: public(HashMap[address, HashMap[uint256, uint256]])
player: public(HashMap[address, Player])
agentxName_: public(HashMap[bytes32, address])
balances: public(uint256[4])  # of the contract, the vault, the proposals' proxy and its target
rate: public(uint256[101])
requirement: public(uint256[10])


@deploy
def __init__(ts: uint256):
    self._now = ts
    self.today = ts // DAY
    self.rate = [
        0, 1000000000000000000, 1990000000000000000, 2970100000000000000, 3940399000000000000, 4900995010000000000,
        5851985059900000000, 6793465209301000000, 7725530557207990000, 8648275251635910100, 9561792499119550999,
        10466174574128355489, 11361512828387071934, 12247897700103201215, 13125418723102169203, 13994164535871147511,
        14854222890512436036, 15705680661607311676, 16548623854991238559, 17383137616441326173, 18209306240276912911,
        19027213177874143782, 19836941046095402344, 20638571635634448321, 21432185919278103838, 22217864060085322800,
        22995685419484469572, 23765728565289624876, 24528071279636728627, 25282790566840361341, 26029962661171957728,
        26769663034560238151, 27501966404214635769, 28226946740172489411, 28944677272770764517, 29655230500043056872,
        30358678195042626303, 31055091413092200040, 31744540498961278040, 32427095093971665260, 33102824143031948607,
        33771795901601629121, 34434077942585612830, 35089737163159756702, 35738839791528159135, 36381451393612877544,
        37017636879676748769, 37647460510879981281, 38270985905771181468, 38888276046713469653, 39499393286246334956,
        40104399353383871606, 40703355359850032890, 41296321806251532561, 41883358588189017235, 42464525002307127063,
        43039879752284055792, 43609480954761215234, 44173386145213603082, 44731652283761467051, 45284335760923852380,
        45831492403314613856, 46373177479281467717, 46909445704488653040, 47440351247443766510, 47965947734969328845,
        48486288257619635557, 49001425375043439201, 49511411121293004809, 50016297010080074761, 50516134039979274013,
        51010972699579481273, 51500862972583686460, 51985854342857849595, 52465995799429271099, 52941335841434978388,
        53411922483020628604, 53877803258190422318, 54339025225608518095, 54795634973352432914, 55247678623618908585,
        55695201837382719499, 56138249819008892304, 56576867320818803381, 57011098647610615347, 57440987661134509194,
        57866577784523164102, 58287912006677932461, 58705032886611153136, 59117982557745041605, 59526802732167591189,
        59931534704845915277, 60332219357797456124, 60728897164219481563, 61121608192577286747, 61510392110651513880,
        61895288189544998741, 62276335307649548754, 62653571954573053266, 63027036235027322733, 63396765872677049506
    ]
    self.requirement = [
        0, 73890560989306501, 200855369231876674, 545981500331442382, 1484131591025766010,
        4034287934927351160, 10966331584284585813, 29809579870417282259, 81030839275753838749, 220264657948067161559
    ]


@external
@payable
def buy(agent: address = empty(address), date: uint256 = 0):
    """
    @notice A purchase with real ether, which says in its logs what the real contract says; for contracts without days.
    """
    assert msg.sender == tx.origin or (date == 0 and agent == empty(address)), "humans only"
    self._bought(agent, date, msg.value)


@external
@payable
def __default__():
    self._bought(empty(address), 0, msg.value)


@internal
def _bought(agent: address, date: uint256, paid: uint256):
    before: uint256 = self.shares
    self._buy(
        Deed(
            kind=BUY, ts=block.timestamp, actor=msg.sender, amount=paid, days=date, agent=agent, name=empty(bytes32)
        )
    )
    assert not self.ended, "ended"
    minted: uint256 = self.shares - before
    log BUYINSURANCE(
        buyer=msg.sender, start=self.today, unit=minted if date != 0 else 0, date=min(date, DAYS_MAX)
    )
    log Transfer(sender=empty(address), receiver=msg.sender, amount=minted)


@external
def play(deeds: DynArray[Deed, 100]):
    """
    @notice Let deeds happen one after the other; each succeeds or reverts by itself.
    """
    outcomes: DynArray[uint256, 100] = []
    for deed: Deed in deeds:
        ok: bool = False
        answer: Bytes[32] = b""
        ok, answer = raw_call(
            self,
            abi_encode(deed, method_id=method_id("one((uint256,uint256,address,uint256,uint256,address,bytes32))")),
            max_outsize=32,
            revert_on_failure=False,
        )
        outcomes.append(1 + convert(answer, uint256) if ok else 0)
    log Played(outcomes=outcomes)


@external
def one(deed: Deed) -> uint256:
    """
    @notice One deed, for `play`.
    @return The wei that its actor received.
    """
    assert msg.sender == self, "OnlyPlay"
    if deed.kind == BUY:
        return self._buy(deed)
    if deed.kind == REGISTER:
        return self._register(deed)
    if deed.kind == UPGRADE:
        return self._upgrade(deed.actor)
    if deed.kind == WITHDRAW:
        return self._withdraw(deed.actor)
    if deed.kind == CLAIM:
        return self._claim(deed)
    if deed.kind == FORWARD:
        return self._forward()
    assert deed.kind == CAGE, "Kind"
    self.caged = True
    return 0


@external
@view
def getBuyPrice() -> uint256:
    """
    @notice The price of the next whole share.
    """
    return self._eth_at(self.shares + E18) - self._eth_at(self.shares)


@external
@view
def totalSupply() -> uint256:
    """
    @notice Shares, and none after the end.
    """
    return 0 if self.ended else self.shares


@external
@view
def getExpiringUnitList() -> uint256[100]:
    """
    @notice Units by their last covered day, from today on.
    """
    units: uint256[100] = empty(uint256[100])
    first: uint256 = self.today
    for i: uint256 in range(100):
        units[i] = self.unitToExpire[first + i]
    return units


@external
@view
def mintShare(cur: uint256, new: uint256) -> uint256:
    """
    @notice Shares that `new` wei buy with the curve at `cur`.
    """
    return self._shares_at(cur + new) - self._shares_at(cur)


@external
@view
def shareOfPremium(premium: uint256, days: uint256) -> uint256:
    """
    @notice The part of a premium that moves along the curve.
    """
    return premium * E18 // (self.rate[min(days, DAYS_MAX)] + E18)


@external
@view
def ethOf(s: uint256) -> uint256:
    """
    @notice The wei below the curve.
    """
    return self._eth_at(s)


@internal
@pure
def _eth_at(s: uint256) -> uint256:
    return (78125000 * s * s + 149999843750000 * s * E18 // 2) // 10 ** 36


@internal
@pure
def _shares_at(e: uint256) -> uint256:
    # Linear price: the root of 3.125e44 e + (7.4999921875e31)^2, less its start, over the slope. All below 2^256.
    root: uint256 = isqrt(e * E18 * 312500000 * E18 + 5624988281256103515625 * 10 ** 42)
    return (root - 74999921875 * 10 ** 21) // 156250000


@internal
def _tick(ts: uint256) -> bool:
    if self.ended:
        return True
    if self._now != ts:
        self._now = ts
        if self.caged:
            self.ended = True
            self.end = ts
        first: uint256 = self.today
        last: uint256 = ts // DAY
        if first < last:
            gone: uint256 = 0
            for day: uint256 in range(first, last, bound=SPAN):
                units: uint256 = self.unitToExpire[day]
                if units != 0:
                    gone += units
                    self.unitToExpire[day] = 0
            self.issuedInsurance -= gone
            self.today = last
    return self.ended


@internal
def _see(actor: address):
    now_: uint256 = self.today
    seen: uint256 = self.player[actor].plyrLastSeen
    if seen != 0 and seen < now_:
        gone: uint256 = 0
        for day: uint256 in range(seen, now_, bound=SPAN):
            units: uint256 = self.unitToExpirePlayer[actor][day]
            if units != 0:
                gone += units
                self.unitToExpirePlayer[actor][day] = 0
        if gone != 0:
            self.player[actor].units -= gone
    if seen != now_:
        self.player[actor].plyrLastSeen = now_


@internal
def _buy(deed: Deed) -> uint256:
    if self._tick(deed.ts):
        return deed.amount
    assert deed.amount >= 10 ** 9, "pocket lint"
    assert deed.amount <= 10 ** 22, "no vitalik"
    self._see(deed.actor)
    days: uint256 = min(deed.days, DAYS_MAX)
    along: uint256 = deed.amount * E18 // (self.rate[days] + E18)
    pointer: uint256 = self.ethOfShare
    minted: uint256 = self._shares_at(pointer + along) - self._shares_at(pointer)
    self.ethOfShare = pointer + along
    if days != 0:
        last: uint256 = self.today + days - 1
        self.unitToExpire[last] += minted
        self.unitToExpirePlayer[deed.actor][last] += minted
        self.issuedInsurance += minted
        self.player[deed.actor].units += minted
    self.player[deed.actor].eth += deed.amount
    self.player[deed.actor].shares += minted
    self._distribute(deed, minted)
    return 0


@internal
def _distribute(deed: Deed, minted: uint256):
    iip: uint256 = deed.amount // 10
    vault: uint256 = deed.amount // 5
    if self.player[deed.agent].isAgent:
        ref: uint256 = deed.amount * (self.player[deed.agent].level + 6) // 100
        self.player[deed.agent].ref += ref
        self.player[deed.agent].accumulatedRef += ref
        vault -= ref
    self.balances[0] += deed.amount - iip - vault
    self.balances[1] += vault
    self.balances[2] += iip
    dividends: uint256 = deed.amount * 3 // 20
    total: uint256 = self.shares + minted
    self.shares = total
    each: uint256 = dividends * E18 // total
    mask: uint256 = self.mask + each
    self.mask = mask
    self.player[deed.actor].mask += mask * minted // E18 - each * minted // E18
    self.pool += dividends - each * total // E18 + deed.amount * 55 // 100


@internal
def _register(deed: Deed) -> uint256:
    assert deed.amount >= 10 ** 16, "insufficient amount"
    assert self.agentxName_[deed.name] == empty(address), "name registered"
    if not self.player[deed.actor].isAgent:
        self.agents += 1
        self.player[deed.actor].isAgent = True
        self.player[deed.actor].id = self.agents
        self.player[deed.actor].level = 1
    self.player[deed.actor].name = deed.name
    self.agentxName_[deed.name] = deed.actor
    self.balances[1] += deed.amount
    return 0


@internal
def _upgrade(actor: address) -> uint256:
    assert self.player[actor].isAgent, "no agent"
    level: uint256 = self.player[actor].level
    assert level < LEVEL_MAX, "highest"
    if self.player[actor].accumulatedRef >= self.requirement[level]:
        self.player[actor].level = level + 1
    return 0


@internal
def _withdraw(actor: address) -> uint256:
    dividends: uint256 = self.mask * self.player[actor].shares // E18 - self.player[actor].mask
    earned: uint256 = dividends + self.player[actor].ref
    self.player[actor].ref = 0
    self.player[actor].mask += dividends
    return self._pay(earned)


@internal
def _claim(deed: Deed) -> uint256:
    assert self._tick(deed.ts), "not yet"
    assert not self.player[deed.actor].claimed, "already claimed"
    self._see(deed.actor)
    amount: uint256 = self.pool * self.player[deed.actor].units // self.issuedInsurance
    self.player[deed.actor].claimed = True
    return self._pay(amount)


@internal
def _pay(amount: uint256) -> uint256:
    # A send that fails is not noticed, and the books stay as if it had not.
    if amount > self.balances[0]:
        return 0
    self.balances[0] -= amount
    return amount


@internal
def _forward() -> uint256:
    held: uint256 = self.balances[2]
    self.balances[2] = 0
    self.balances[3] += held - held // 200
    return held // 200
