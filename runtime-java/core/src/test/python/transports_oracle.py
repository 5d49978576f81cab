"""Holds the conversations of `conversations.golden` with CPython's asyncio and prints the file anew.

    /usr/bin/python3 transports_oracle.py < conversations.golden

A line is a program, ` => `, and its trace. The steps of a program are done by a transport (`write`,
`close` and so on) or by the plain socket at its other end (`peer-...`); after each one everything
settles. The words before the colon say what the protocol does otherwise than only note; `tls` puts
TLS between the two, of which the transport is the server.
"""
import asyncio
import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile


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


class BufferedNoting(Noting, asyncio.BufferedProtocol):
    def get_buffer(self, sizehint):
        self.buffer = bytearray(64)
        return self.buffer

    def buffer_updated(self, count):
        self.data_received(bytes(self.buffer[:count]))


class PlainPeer:
    def __init__(self, sock):
        self.sock = sock

    async def begin(self):
        pass

    def send(self, data):
        self.sock.send(data)

    def recv(self):
        return self.sock.recv(1 << 20)

    def end(self):
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class TlsPeer(PlainPeer):
    """A client that never does anything by itself, not even answer."""

    def __init__(self, sock):
        super().__init__(sock)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=certificate)
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")

    def flush(self):
        self.sock.send(self.outgoing.read())

    async def begin(self):
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.flush()
                await settle()
                try:
                    self.incoming.write(self.sock.recv(1 << 20))
                except BlockingIOError:
                    pass
        self.flush()
        await settle()

    def send(self, data):
        self.tls.write(data)
        self.flush()

    def recv(self):
        while True:
            try:
                return self.tls.read(1 << 20)
            except ssl.SSLWantReadError:
                more = self.sock.recv(1 << 20)
                if not more:
                    raise EOFError
                self.incoming.write(more)
            except ssl.SSLZeroReturnError:
                return b""

    def end(self):
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass
        try:
            self.flush()
        except OSError:
            pass


async def settle():
    for _ in range(5):  # the kernel may take its time to hand something over
        await asyncio.sleep(0.01)


async def drain(peer):
    count = 0
    while True:
        await settle()
        try:
            data = peer.recv()
        except BlockingIOError:
            return str(count)
        except ConnectionResetError:
            return f"{count} reset"
        except EOFError:
            return f"{count} cut"
        if not data:
            return f"{count} end"
        count += len(data)


async def hold(program):
    ways, steps = program.split(": ")
    trace = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: trace.append("report"))
    listener = socket.create_server(("127.0.0.1", 0))
    sock = socket.create_connection(listener.getsockname())
    sock.setblocking(False)
    accepted, _ = listener.accept()
    listener.close()
    tls = "tls" in ways.split()
    peer = TlsPeer(sock) if tls else PlainPeer(sock)
    kind = BufferedNoting if "buffered" in ways.split() else Noting
    begun = asyncio.create_task(peer.begin())
    transport, _ = await loop.connect_accepted_socket(
        lambda: kind(ways.split(), trace), accepted, ssl=server_context if tls else None
    )
    await begun
    await settle()
    for step in steps.split(", "):
        words = step.split()
        match words:
            case ["peer-sends", text]:
                peer.send(text.encode())
            case ["peer-ends"]:
                peer.end()
            case ["peer-cuts"]:
                sock.shutdown(socket.SHUT_WR)
            case ["peer-resets"]:
                peer.reset()
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
                try:
                    transport.write_eof()
                except NotImplementedError:
                    trace.append("refused")
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
    sock.close()
    return ", ".join(trace)


with tempfile.TemporaryDirectory() as folder:
    certificate = os.path.join(folder, "own.pem")
    request = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=localhost"
    subprocess.run(
        ["openssl", *request.split(), "-keyout", certificate + ".key", "-out", certificate]
        + ["-addext", "subjectAltName=DNS:localhost"],
        check=True,
        capture_output=True,
    )
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_context.load_cert_chain(certificate, certificate + ".key")
    for line in sys.stdin:
        program = line.split(" => ")[0].strip()
        print(program, "=>", asyncio.run(hold(program)))
