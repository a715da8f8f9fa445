"""Addresses in a text: which may stay links, and how the others are shown so that no program makes
a link of them."""

from collections.abc import Set
from urllib.parse import SplitResult, unquote, urlsplit

import regex

_NAMED = """
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt
    bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er
    es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr
    ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk
    lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf
    ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc
    sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv
    tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
    app arpa art bar best bid biz blog bond buzz cam cat center cfd chat cheap click cloud club com
    company dad date design dev digital download edu email example expert fit foo fun fyi gdn global
    gov group guru help homes host hosting icu info ing ink int internal invalid jobs life link live
    loan local localhost lol ltd market media men mil mobi mom mov museum name net network new news
    ninja nexus one onion online org page party pics plus pro pub quest rest review rip rocks run
    sbs shop site skin social solutions space store stream studio support surf systems tech tel test
    tips today tokyo tools top trade travel uno vip wang watch webcam website wiki win work works
    world wtf xxx xyz yachts zip zone
"""
_TLDS = frozenset(_NAMED.split())
_ENDINGS = (
    "avi csv css doc docx exe gif gz htm html ini jpeg jpg js json log mp3 mp4 odt pdf php png ppt"
    " pptx rar rtf svg tar toml ts tsx txt webp xls xlsx xml yaml yml"
)
_FILES = frozenset(_ENDINGS.split())
_IN_ANY_CASE = frozenset(
    ("app", "biz", "co", "com", "dev", "eu", "info", "io", "net", "org", "shop")
)
"""Endings that are a name's however they are written; of others a capital begins a sentence."""
_NO_PAGE = (
    "javascript|vbscript|data|mailto|tel|sms|smsto|file|blob|about|view-source|callto|facetime|geo|"
    "intent|magnet|market|maps|skype|slack|tg|whatsapp|xmpp|urn|ws|wss|ftp|ftps|ssh|git"
)
_ADDRESS = regex.compile(
    rf"""
    (?P<url>[a-z][a-z0-9+.\-]{{0,30}}:/{{2,}}\S*)
  | (?<![a-z0-9])(?P<scheme>{_NO_PAGE}):(?=\S)
  | (?P<box>[\w.+%\-]+@(?P<at>(?:[\w\-]+[.。．｡])+[a-z]{{2,24}}))(?!\w)
  | (?<![\w.\-])(?P<host>\.?(?:[\w\-]+[.。．｡])+(?P<tld>[a-z]{{2,24}}|\d{{1,3}})|\.[a-z]{{2,24}})
    (?!\w)(?P<more>(?::\d+)?[/?\#]\S*|:\d+)?
  | (?<![\w.@/])@(?P<mention>[a-z]\w{{4,31}})(?![\w/])
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
_PAGE = regex.compile(
    r"https?://[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?(?::\d{1,5})?"
    r"(?:[/?#][a-z0-9\-._~/?#=&%+,:;@!*'$()]*)?",
    regex.IGNORECASE,
)
_HOST = regex.compile(r"(?:[\w\-]+\.)+(?P<tld>[a-z]{2,24})(?![\w\-])", regex.IGNORECASE)
_CLOSING = regex.compile(r"[)\]}>\"'*_~`.,:;!?…»”’。]*")
_DOTS = regex.compile(r"[.。．｡]")


class Addresses:
    """Those of an answer: `hosts` are allowed, and the mail boxes that stand in `given`."""

    def __init__(self, hosts: Set[str], given: str = "") -> None:
        self._hosts = frozenset(host.lower().removeprefix("www.") for host in hosts)
        self._given = given.casefold()

    def allow(self, url: str) -> bool:
        """Whether it may be a link."""
        if not _PAGE.fullmatch(url):
            return False
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 - it is read to be checked
        except ValueError:
            return False
        is_ours = "@" not in parts.netloc and self._is_allowed(parts.hostname or "")
        return is_ours and not _leads_on(parts)

    def shown(self, word: str) -> str:
        """The word, its addresses links or no address any more."""
        return str(_ADDRESS.sub(self._shown, word))

    def _shown(self, found: regex.Match[str]) -> str:
        if (url := found["url"]) is not None:
            return self._page(url)
        if (scheme := found["scheme"]) is not None:
            return f"{scheme}: "
        if found["box"] is not None:
            return self._box(found)
        if (mention := found["mention"]) is not None:
            return f"@ {mention}"
        return self._host(found)

    def _page(self, url: str) -> str:
        page = _PAGE.match(url)
        end = page.end() if page else 0
        while end and url[end - 1] in ".,:;!?'*)":  # which end a sentence, and no link
            end -= 1
        if not self.allow(url[:end]):
            scheme, _, rest = url.partition(":")
            return self._apart(rest.lstrip("/")) if rest.strip("/") else f"{scheme}: "
        rest = url[end:]
        return url[:end] + ("" if _CLOSING.fullmatch(rest) else " ") + self.shown(rest)

    def _box(self, found: regex.Match[str]) -> str:
        if self._is_allowed(found["at"]):
            return str(found[0])
        if found[0].casefold() not in self._given:
            return _apart(found[0])
        is_code = found.string[: found.start()].endswith("`")
        return str(found[0]) if is_code else f"`{found[0]}`"

    def _host(self, found: regex.Match[str]) -> str:
        host, more, tld = found["host"], found["more"] or "", found["tld"] or ""
        if self._is_allowed(host.strip(".")) and not more.count("@"):
            return (
                str(found[0])
                if self.allow(f"https://{host}{_path(more)}")
                else self._apart(found[0])
            )
        labels = [label for label in _DOTS.split(host) if label]
        if more:
            is_one = tld.lower() not in _FILES and not (tld.isdigit() and len(labels) < 4)
        elif len(labels) > 2:
            is_one = not tld.isdigit() and tld.lower() not in _FILES
        else:
            is_one = len(labels) == 2 and (_ends_a_name(tld) or labels[0].lower() == "www")
        return self._apart(found[0]) if is_one else host + self.shown(more)

    def _apart(self, address: str) -> str:
        """`evil[.]example/path`: to be read, and no link to anything."""
        end = next((at for at, c in enumerate(address) if c in "/?#"), len(address))
        return _apart(address[:end]) + self.shown(address[end:])

    def _is_allowed(self, host: str) -> bool:
        return host.lower().removeprefix("www.") in self._hosts


def _ends_a_name(tld: str) -> bool:
    """There are more endings than anybody lists; words that long do not follow a full stop without
    a blank."""
    if not tld.islower():
        return tld.lower() in _IN_ANY_CASE
    return tld in _TLDS or (len(tld) >= 4 and tld not in _FILES)


def _leads_on(parts: SplitResult) -> bool:
    """Whether an allowed page is given another address, to which it may send whoever comes."""
    path, given = parts.path, f"{parts.query}#{parts.fragment}"
    for _ in range(3):
        path, given = unquote(path), unquote(given)
    if any(mark in path + given for mark in ("//", "\\", ":/")):
        return True
    return any(found["tld"].lower() not in _FILES for found in _HOST.finditer(given))


def _apart(name: str) -> str:
    return str(_DOTS.sub("[.]", name.replace("@", "(at)")))


def _path(more: str) -> str:
    return more.rstrip(".,:;!?'*)\"]}>_~`")
