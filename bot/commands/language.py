"""/lang: the language of a chat, Chinese in either script or English."""

from dataclasses import replace

from bot.app import App
from bot.commands.asked import Answer, Asked
from bot.words import Language

HANT = "hant"
NAMES = {"zh": "简体中文", HANT: "繁體中文", "en": "English"}  # each in its own
DONE = {"zh": "本聊天使用{name}。", "en": "This chat is in {name}."}
WHICH: dict[Language, str] = {"zh": "用哪种语言？", "en": "Which language?"}


def lang(app: App, asked: Asked) -> Answer:
    """Sets the chat's language; without one known by that name, buttons to choose from."""
    code = asked.rest.strip().casefold()
    if code not in NAMES:
        rows = tuple(((name, f"lang:{one}"),) for one, name in NAMES.items())
        return Answer(WHICH[asked.language], rows)
    language: Language = "en" if code == "en" else "zh"
    app.ledger.save_chat(replace(asked.chat, language=language, hant=code == HANT))
    return Answer(DONE[language].format(name=NAMES[code]))
