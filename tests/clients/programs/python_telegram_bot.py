"""The same with python-telegram-bot."""

import asyncio
import json
import sys
from io import BytesIO

from telegram import Update
from telegram.error import Conflict, Forbidden, NetworkError, RetryAfter
from telegram.ext import Application, ChatMemberHandler, CommandHandler, MessageHandler, filters

PNG = bytes.fromhex("89504e470d0a1a0a") + b"\r\n--x\r\r\n" + bytes(range(256))


async def main(url: str, token: str) -> dict[str, object]:
    told, over = {}, asyncio.Event()
    builder = Application.builder().token(token)
    app = builder.base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()

    async def started(update: Update, _) -> None:
        told["started"] = update.effective_user.first_name
        await update.message.reply_text("Welkom")

    async def edited(update: Update, _) -> None:
        told["edited"] = update.edited_message.text

    async def photo(update: Update, _) -> None:
        file = await update.message.photo[-1].get_file()
        told["photo"] = len(await file.download_as_bytearray())
        told["caption"] = update.message.caption

    async def wrote(update: Update, _) -> None:
        await update.message.reply_text(update.message.text[::-1])

    async def member(update: Update, _) -> None:
        told["member"] = update.my_chat_member.new_chat_member.status
        over.set()

    app.add_handler(CommandHandler("start", started))
    app.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, edited))
    app.add_handler(MessageHandler(filters.PHOTO, photo))
    app.add_handler(MessageHandler(filters.TEXT, wrote))
    app.add_handler(ChatMemberHandler(member, ChatMemberHandler.MY_CHAT_MEMBER))
    async with app:
        told["me"] = app.bot.username
        told["webhook"] = (await app.bot.get_webhook_info()).url
        await app.start()
        await app.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        await asyncio.wait_for(over.wait(), 60)
        await app.updater.stop()
        await app.stop()
        bot, chat = app.bot, int(sys.argv[3])
        sent = await bot.send_photo(chat, BytesIO(PNG), caption="Kijk", filename="foto.png")
        told["sent_photo"] = sent.photo[-1].file_size
        document = await bot.send_document(chat, BytesIO(b"%PDF-1.7 x"), filename="rooster é.pdf")
        told["document"] = document.document.file_name
        try:
            await bot.send_message(int(sys.argv[4]), "Hoi")
        except Forbidden as exc:
            told["forbidden"] = exc.message
        for _ in range(2):
            try:
                await bot.send_message(chat, "Snel")
            except RetryAfter as exc:
                after = exc.retry_after
                told["retry_after"] = int(getattr(after, "total_seconds", lambda: after)())
            except NetworkError:
                told["cut"] = True
        await bot.set_webhook("https://example.org/hook")
        try:
            await bot.get_updates()
        except Conflict as exc:
            told["conflict"] = exc.message
    return told


print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2]))))
