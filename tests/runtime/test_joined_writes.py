"""What is written to a connection in one round goes out in one piece, in its order, and all."""

import asyncio
from collections.abc import Callable

from appliance.runtime.joined_writes import MOST_HELD, JoinedWrites


class Written(asyncio.Transport):
    """Keeps what it is to write, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0


def written(does: Callable[[JoinedWrites], None]) -> list[bytes]:
    async def round_by_round() -> list[bytes]:
        transport = Written()
        does(JoinedWrites(transport))
        await asyncio.sleep(0)
        return transport.pieces

    return asyncio.run(round_by_round())


def test_head_and_body_of_an_answer_go_out_in_one_piece() -> None:
    def answers(connection: JoinedWrites) -> None:
        for each in (b"HTTP/1.1 200 \r\n\r\n", b"body", b""):
            connection.write(each)
        assert connection.get_write_buffer_size() == len(b"HTTP/1.1 200 \r\n\r\nbody")

    assert written(answers) == [b"HTTP/1.1 200 \r\n\r\nbody"]


def test_what_is_much_goes_out_at_once_behind_what_was_held() -> None:
    def answers(connection: JoinedWrites) -> None:
        connection.write(b"head")
        connection.write(b"x" * MOST_HELD)
        assert connection.get_write_buffer_size() == 0
        connection.write(b"rest")

    assert written(answers) == [b"head" + b"x" * MOST_HELD, b"rest"]


def test_what_was_held_goes_out_before_the_connection_is_closed() -> None:
    def answers(connection: JoinedWrites) -> None:
        connection.write(b"last words")
        connection.close()
        connection.write(b"too late")

    assert written(answers) == [b"last words"]
