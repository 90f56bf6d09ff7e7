"""Packs as they ship, and broken copies of them: each must be explained where it stands, in plain words."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from housestaff.agents.packs import LANGUAGES, PackProblems, Problem, language_of, load_pack, pack_folders
from housestaff.agents.packs.reading import read_text
from housestaff.config.management.commands.check_packs import Command, problems_of

SPECIALTIES = Path(__file__).parents[2] / "specialties"
TODAY = date(2026, 11, 23)
SHIPPED = pack_folders(SPECIALTIES)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of urology that a test may break."""
    for name in ("_general", "urology"):
        shutil.copytree(SPECIALTIES / name, tmp_path / name, ignore=shutil.ignore_patterns("adapter"))
    return tmp_path / "urology"


def change(file: Path, old: str, new: str) -> int:
    """Replace the first `old` and say on which line it stood."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def problem(folder: Path) -> Problem:
    with pytest.raises(PackProblems) as caught:
        load_pack(folder)
    return caught.value.problems[0]


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_pack_is_whole(folder: Path) -> None:
    pack = load_pack(folder)
    assert (
        len(pack.items) >= 20
        and len(pack.flags) >= 15
        and len(pack.articles) >= 8
        and len(pack.in_scope) >= 5
    )
    for key, fact in pack.fact_keys().items():
        assert all(len(fact.examples.of(language)) >= 8 for language in LANGUAGES), key
    for language in LANGUAGES:
        signed = pack.signed_sentences(language)
        assert all(text.strip() for text in signed.values())
        assert {f"ask {item.key}" for item in pack.items} <= set(signed)
        assert {"open", "close", "comfort", "doctor_will_read", "emergency_stop", "identity"} <= set(signed)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_no_two_plan_lines_share_a_text(folder: Path) -> None:
    pack = load_pack(folder)
    for language in LANGUAGES:
        texts = list(pack.signed_sentences(language).values())
        assert len(texts) == len(set(texts))


def test_the_chinese_is_chinese() -> None:
    for folder in SHIPPED:
        for line, text in load_pack(folder).signed_sentences("zh-hans").items():
            latin = sum("a" <= sign.lower() <= "z" for sign in text)
            assert latin <= 12 or line.startswith("advice "), (line, text)


def test_a_plan_is_the_signed_texts_one_after_another() -> None:
    pack = load_pack(SPECIALTIES / "urology")
    assert (
        pack.sentence("comfort+ask fever", "en")
        == f"{pack.sentence('comfort', 'en')} {pack.item('fever').ask.en}"
    )
    assert pack.sentence("comfort+ask fever", "zh").endswith(pack.item("fever").ask.zh_hans)
    with pytest.raises(KeyError):
        pack.sentence("prescribe antibiotics", "en")


def test_the_digest_follows_the_content_and_nothing_else(copy: Path) -> None:
    before = load_pack(copy).digest
    assert before == load_pack(SPECIALTIES / "urology").digest
    file = copy / "intake.yaml"
    file.write_text("# a remark\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_pack(copy).digest == before
    change(file, "Have you had a fever or shivering?", "Have you had a fever or the shakes?")
    assert load_pack(copy).digest != before
    change(copy.parent / "_general" / "intake.yaml", "How old are you?", "What is your age?")
    assert load_pack(copy).digest != before


def test_the_card_knows_the_countrys_number() -> None:
    card = load_pack(SPECIALTIES / "urology").flag("chest_pain").card
    assert (card.tel_for("GB"), card.tel_for(""), card.tel_for("", "zh-CN"), card.tel_for("xx")) == (
        "999",
        "112",
        "120",
        "112",
    )


def test_a_key_means_one_thing() -> None:
    pack = load_pack(SPECIALTIES / "urology")
    assert pack.fact_keys()["blood_in_urine"].source == "item"
    assert "visible_blood" not in pack.fact_keys()


@pytest.mark.parametrize(
    ("tag", "name"), [("zh", "zh-hans"), ("zh-CN", "zh-hans"), ("ZH_Hans", "zh-hans"), ("en-GB", "en")]
)
def test_languages_by_any_of_their_names(tag: str, name: str) -> None:
    assert language_of(tag) == name


def test_a_language_the_house_does_not_speak() -> None:
    with pytest.raises(ValueError, match="does not speak"):
        language_of("fr")


TEL = '      tel: {default: "112", cn: "120", gb: "999", us: "911", zh: "120"}\n'


def pickled(folder: Path) -> int:
    folder.mkdir(exist_ok=True)
    (folder / "adapter_model.pkl").write_bytes(b"x")
    return 1


Break = Callable[[Path], int]
BROKEN: dict[str, tuple[str, Break, str, str]] = {
    "a language is missing": (
        "urology/intake.yaml",
        lambda pack: change(pack / "intake.yaml", ', zh-hans: "您有没有发烧或发冷发抖？"}', "}"),
        "the Chinese text is missing",
        "zh-hans",
    ),
    "a question has no reason": (
        "urology/intake.yaml",
        lambda pack: change(
            pack / "intake.yaml",
            '    why: {en: "Fever with a blocked or infected kidney cannot wait.", zh-hans: "发热合并梗阻或感染不能等。"}\n',
            "",
        ) - 2,
        "there is no reason",
        "why:",
    ),
    "an unknown word": (
        "urology/intake.yaml",
        lambda pack: change(pack / "intake.yaml", "    critical: true", "    critcal: true") and 0,
        "not a word the house knows",
        "critical",
    ),
    "a key stands twice": (
        "urology/pack.yaml",
        lambda pack: change(pack / "pack.yaml", 'version: "1.0"', 'version: "1.0"\nversion: "1.1"') + 1,
        "stands twice",
        "one of the two",
    ),
    "two questions with one key": (
        "urology/intake.yaml",
        lambda pack: change(pack / "intake.yaml", "key: pain_score", "key: pain_side") and 0,
        "used twice",
        "key of its own",
    ),
    "the yaml cannot be read": (
        "urology/intake.yaml",
        lambda pack: change(pack / "intake.yaml", "    critical: true", "   critical: [true") and 0,
        "cannot be read",
        "indent",
    ),
    "an anchor": (
        "urology/pack.yaml",
        lambda pack: change(pack / "pack.yaml", 'version: "1.0"', 'version: &a "1.0"'),
        "cannot be read",
        "",
    ),
    "a complaint that is not there": (
        "urology/intake.yaml",
        lambda pack: change(pack / "intake.yaml", "complaints: [stone_pain, scrotal_problem]", "complaints: [stone_pian]"),
        "not a complaint of this pack",
        "stone_pain",
    ),
    "a red flag without look-alikes": (
        "urology/red_flags.yaml",
        lambda pack: change(pack / "red_flags.yaml", "    look_alikes:", "    look_alike:") and 0,
        "",
        "look",
    ),
    "an emergency without a number": (
        "urology/red_flags.yaml",
        lambda pack: change(pack / "red_flags.yaml", TEL, "") and 0,
        "no number to call",
        "tel",
    ),
    "four lines on a card": (
        "urology/red_flags.yaml",
        lambda pack: change(
            pack / "red_flags.yaml",
            '        - {en: "Ask someone to take you.", zh-hans: "请人送您去。"}\n',
            '        - {en: "Ask someone to take you.", zh-hans: "请人送您去。"}\n'
            '        - {en: "One more.", zh-hans: "再一行。"}\n',
        ) and 0,
        "at most 3",
        "fewer",
    ),
    "a wrong level": (
        "urology/red_flags.yaml",
        lambda pack: change(pack / "red_flags.yaml", "level: emergency", "level: worrying"),
        "cannot stand here",
        "emergency, urgent",
    ),
    "a sentence too long to read": (
        "urology/pack.yaml",
        lambda pack: change(pack / "pack.yaml", "That sounds hard.", f"That sounds hard{' and tiring' * 8}."),
        "too long to read",
        "15 words",
    ),
    "a Chinese sentence too long": (
        "urology/pack.yaml",
        lambda pack: change(pack / "pack.yaml", "这一定不好受。", f"这一定让您{'非常' * 12}难受。"),
        "too long to read",
        "25 characters",
    ),
    "an empty comfort": (
        "urology/pack.yaml",
        lambda pack: change(pack / "pack.yaml", "That sounds hard.", "Please don't worry."),
        "not to worry",
        "what happens next",
    ),
    "a slot nobody listed": (
        "urology/examples.yaml",
        lambda pack: change(pack / "examples.yaml", "{colour}", "{hue}") and 0,
        "{hue} is no slot",
        "training.yaml",
    ),
    "too few ways of saying it": (
        "urology/examples.yaml",
        lambda pack: change(pack / "examples.yaml", "      I leak when I cough\n", "") and 0,
        "only 7 ways",
        "at least 8",
    ),
    "an article without Chinese": (
        "urology/knowledge/night_peeing.md",
        lambda pack: change(pack / "knowledge" / "night_peeing.md", "## zh-hans", "## chinese") and 0,
        "the Chinese text is missing",
        "## zh-hans",
    ),
    "a date that is none": (
        "urology/knowledge/night_peeing.md",
        lambda pack: change(pack / "knowledge" / "night_peeing.md", "review_date: 2027-11-30", "review_date: 2027-02-30"),
        "not a day of the calendar",
        "2027",
    ),
    "articles in a circle": (
        "urology/knowledge/night_peeing.md",
        lambda pack: change(pack / "knowledge" / "night_peeing.md", "supersedes: null", "supersedes: night_peeing"),
        "in a circle (night_peeing → night_peeing)",
        "older",
    ),
    "three articles in a circle": (
        "urology/knowledge/psa_test.md",
        lambda pack: [
            change(pack / "knowledge" / f"{name}.md", "supersedes: null", f"supersedes: {other}")
            for name, other in (
                ("night_peeing", "camera_test"), ("camera_test", "psa_test"), ("psa_test", "night_peeing"),
            )
        ][-1],
        "in a circle (psa_test → night_peeing → camera_test → psa_test): none of them would ever be told",
        "null in the oldest",
    ),
    "a question for no complaint": (
        "urology/intake.yaml",
        lambda pack: change(pack / "intake.yaml", "complaints: [stone_pain, scrotal_problem]", "complaints: []"),
        "nothing is written in items → number 2 → complaints",
        "at least one",
    ),
    "an article for no complaint": (
        "urology/knowledge/acute_scrotal_pain.md",
        lambda pack: change(
            pack / "knowledge" / "acute_scrotal_pain.md", "complaints: [scrotal_problem]", "complaints: []"
        ),
        "nothing is written",
        "at least one",
    ),
    "the slug is another's": (
        "urology/pack.yaml",
        lambda pack: change(pack / "pack.yaml", "slug: urology", "slug: cardiology"),
        "the slug is",
        "urology",
    ),
    "a file is missing": (
        "urology/referrals.yaml",
        lambda pack: (pack / "referrals.yaml").unlink() or 1,  # type: ignore[func-returns-value]
        "missing",
        "_template",
    ),
    "a program": (
        "urology/run.py",
        lambda pack: (pack / "run.py").write_text("print()") and 1,
        "may not hold",
        "YAML",
    ),
    "a pickle among the weights": (
        "urology/adapter/adapter_model.pkl",
        lambda pack: pickled(pack / "adapter"),
        "may not hold",
        "",
    ),
    "a link": (
        "urology/notes.md",
        lambda pack: (pack / "notes.md").symlink_to("/etc/hostname") or 1,  # type: ignore[func-returns-value]
        "link",
        "the file itself",
    ),
    "bytes that are no text": (
        "urology/persona.md",
        lambda pack: (pack / "persona.md").write_bytes(b"\xff\xfe\x00") and 1,
        "cannot be read as text",
        "UTF-8",
    ),
    "the general part is broken": (
        "_general/intake.yaml",
        lambda pack: change(pack.parent / "_general" / "intake.yaml", "kind: duration", "kind: stopwatch"),
        "cannot stand here",
        "duration",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_pack_is_explained_where_it_stands(copy: Path, case: str) -> None:
    file, breaks, what, instead = BROKEN[case]
    line = breaks(copy)
    with pytest.raises(PackProblems) as caught:
        load_pack(copy)
    told = [
        one
        for one in caught.value.problems
        if what in one.what and instead in one.write_instead and one.file == file
    ]
    assert told, caught.value
    if line:
        assert line in {one.line for one in told}
    assert "schema" not in str(caught.value) and "Traceback" not in str(caught.value)


def test_a_chain_of_articles_is_no_circle(copy: Path) -> None:
    change(copy / "knowledge" / "psa_test.md", "supersedes: null", "supersedes: camera_test")
    change(copy / "knowledge" / "camera_test.md", "supersedes: null", "supersedes: night_peeing")
    assert load_pack(copy).article("psa_test").supersedes == "camera_test"


def test_yes_and_no_stay_words_and_tricks_are_refused() -> None:
    assert read_text("a: yes\nb: no\nc: 2026-11-23\nd: 012345678901234567890\n", "x").data == {
        "a": "yes", "b": "no", "c": "2026-11-23", "d": "012345678901234567890",
    }  # fmt: skip
    for text in ("a: *b", "a: !!python/object:os.system x", "a: &x 1", "[" * 5000, "a: \x00"):
        assert read_text(text, "x").problems


def test_the_command_says_what_to_mend_and_fails(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = change(copy / "pack.yaml", "slug: urology", "slug: Urology")
    with pytest.raises(SystemExit) as stopped:
        Command().execute(
            slugs=["urology"], path=copy.parent, force_color=False, no_color=True, skip_checks=True
        )
    assert stopped.value.code == 1
    assert f"urology/pack.yaml, line {line}" in capsys.readouterr().out


def test_the_command_tries_look_alikes_on_the_pack(copy: Path) -> None:
    change(copy / "red_flags.yaml", "        No clots in my urine.", "        I am passing big clots.")
    assert any("look-alike" in found.what for found in problems_of(copy))
    change(copy / "red_flags.yaml", "        priapism", "        (priapism")
    assert any("cannot be read" in found.what for found in problems_of(copy))


def test_the_command_is_content_with_what_ships(capsys: pytest.CaptureFixture[str]) -> None:
    Command().execute(slugs=[], path=SPECIALTIES, force_color=False, no_color=True, skip_checks=True)
    told = capsys.readouterr().out
    assert "nothing to mend" in told and "still missing" in told


def test_a_folder_that_is_not_there() -> None:
    assert "no such folder" in problems_of(SPECIALTIES / "cardiologyy")[0].what


def test_the_template_is_a_pack_that_reads(tmp_path: Path) -> None:
    shutil.copytree(SPECIALTIES / "_general", tmp_path / "_general")
    shutil.copytree(SPECIALTIES / "_template", tmp_path / "my_specialty")
    assert problems_of(tmp_path / "my_specialty") == []


def test_a_class_of_words_stands_for_all_of_them(copy: Path) -> None:
    folder = copy
    change(
        folder / "red_flags.yaml",
        "      en: |\n        (not one",
        "      en: |\n        my @odd_words tap\n        (not one",
    )
    assert "@odd_words is no class" in problem(folder).what
    with (folder / "words.yaml").open("a", encoding="utf-8") as words:
        words.write("odd_words:\n  en: |\n    wonky\n    queer\n  zh-hans: |\n    怪\n")
    assert "my (wonky|queer) tap" in load_pack(folder).flag("acute_retention").patterns.en
