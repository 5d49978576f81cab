"""Holds the conversations of `conversations.golden` with CPython's asyncio and prints the file anew.

    /usr/bin/python3 transports_oracle.py < conversations.golden

A line is a program, ` => `, and its trace. The steps of a program are done by a transport (`write`,
`close` and so on) or by the plain socket at its other end (`peer-...`); after each one everything
settles. The words before the colon say what the protocol does otherwise than only note.
"""
import asyncio
import socket
import struct
import sys


class Boom(Exception):
    pass


class Noting(asyncio.Protocol):
    def __init__(self, ways, trace):
        self.ways, self.trace = ways, trace

    def note(self, what, name):
        if what.startswith("data ") and self.trace and self.trace[-1].startswith("data "):
            self.trace[-1] += what[5:]
        else:
            self.trace.append(what)
        if "raise-" + name in self.ways:
            raise Boom

    def connection_made(self, transport):
        self.transport = transport
        self.note("made", "made")
        if "pause-at-once" in self.ways:
            transport.pause_reading()
        if "close-at-once" in self.ways:
            transport.close()

    def data_received(self, data):
        self.note("data " + data.decode(), "data")
        if "echo" in self.ways:
            self.transport.write(data)
        if "close-on-data" in self.ways:
            self.transport.close()

    def eof_received(self):
        self.note("eof", "eof")
        return "keep" in self.ways

    def pause_writing(self):
        self.note("pause", "pause")

    def resume_writing(self):
        self.note("resume", "resume")

    def connection_lost(self, exc):
        kind = "reset" if isinstance(exc, (ConnectionResetError, BrokenPipeError)) else None
        self.note("lost " + ("well" if exc is None else kind or type(exc).__name__), "lost")


async def settle():
    await asyncio.sleep(0.02)


async def drain(peer):
    count = 0
    while True:
        await settle()
        try:
            data = peer.recv(1 << 20)
        except BlockingIOError:
            return str(count)
        except ConnectionResetError:
            return f"{count} reset"
        if not data:
            return f"{count} end"
        count += len(data)


async def hold(program):
    ways, steps = program.split(": ")
    trace = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: trace.append("report"))
    listener = socket.create_server(("127.0.0.1", 0))
    peer = socket.create_connection(listener.getsockname())
    peer.setblocking(False)
    accepted, _ = listener.accept()
    listener.close()
    transport, _ = await loop.connect_accepted_socket(
        lambda: Noting(ways.split(), trace), accepted
    )
    await settle()
    for step in steps.split(", "):
        words = step.split()
        match words:
            case ["peer-sends", text]:
                peer.send(text.encode())
            case ["peer-ends"]:
                peer.shutdown(socket.SHUT_WR)
            case ["peer-resets"]:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                peer.close()
            case ["peer-reads"]:
                trace.append("peer " + await drain(peer))
            case ["write", size]:
                transport.write(bytes(int(size)))
            case ["writelines", *sizes]:
                transport.writelines([bytes(int(size)) for size in sizes])
            case ["limits", high, low]:
                transport.set_write_buffer_limits(int(high), int(low))
            case ["close"]:
                transport.close()
            case ["abort"]:
                if transport._loop:
                    transport.abort()
            case ["end"]:
                transport.write_eof()
            case ["pause"]:
                transport.pause_reading()
            case ["resume"]:
                transport.resume_reading()
            case _:
                raise ValueError(step)
        await settle()
    if transport._loop:  # CPython 3.11 cannot abort what is over
        transport.abort()
    await settle()
    peer.close()
    return ", ".join(trace)


for line in sys.stdin:
    program = line.split(" => ")[0].strip()
    print(program, "=>", asyncio.run(hold(program)))
