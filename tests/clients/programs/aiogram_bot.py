"""A bot as people write them with aiogram: it polls, answers, sends files and takes one in."""

import asyncio
import json
import sys
from contextlib import suppress

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError, TelegramRetryAfter
from aiogram.filters import CommandStart
from aiogram.types import BufferedInputFile, ChatMemberUpdated, Message

PNG = bytes.fromhex("89504e470d0a1a0a") + b"\r\n--x\r\r\n" + bytes(range(256))


async def main(url: str, token: str) -> dict[str, object]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    bot, told = Bot(token, session=session), {}
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart())
    async def started(message: Message) -> None:
        told["started"] = message.from_user.first_name
        await message.answer("Welkom")

    @dispatcher.edited_message()
    async def edited(message: Message) -> None:
        told["edited"] = message.text

    @dispatcher.message()
    async def wrote(message: Message) -> None:
        if message.photo:
            file = await bot.download(message.photo[-1])
            told["photo"] = len(file.read())
            told["caption"] = message.caption
        else:
            await message.reply(message.text[::-1])

    @dispatcher.my_chat_member()
    async def member(change: ChatMemberUpdated) -> None:
        told["member"] = change.new_chat_member.status

    told["me"] = (await bot.get_me()).username
    told["webhook"] = (await bot.get_webhook_info()).url
    offset = None
    while "member" not in told:
        for update in await bot.get_updates(offset=offset, timeout=10):
            offset = update.update_id + 1
            with suppress(TelegramForbiddenError):
                await dispatcher.feed_update(bot, update)
    chat = int(sys.argv[3])
    photo = await bot.send_photo(chat, BufferedInputFile(PNG, "foto.png"), caption="Kijk")
    told["sent_photo"] = photo.photo[-1].file_size
    document = await bot.send_document(chat, BufferedInputFile(b"%PDF-1.7 x", "rooster é.pdf"))
    told["document"] = document.document.file_name
    try:
        await bot.send_message(int(sys.argv[4]), "Hoi")
    except TelegramForbiddenError as exc:
        told["forbidden"] = exc.message
    for _ in range(2):
        try:
            await bot.send_message(chat, "Snel")
        except TelegramRetryAfter as exc:
            told["retry_after"] = exc.retry_after
        except TelegramNetworkError:
            told["cut"] = True
    await session.close()
    return told


print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2]))))
