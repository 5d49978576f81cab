"""Echo servers of the CPython peers: echo_peers.py PEER prints its port and serves until its standard input ends."""
import os
import socket
import sys
import threading


def end_with_input():
    def wait():
        while os.read(0, 64):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def announce(port):
    print(port, flush=True)


def asyncio_server():
    import asyncio

    class Echo(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport

        def data_received(self, data):
            self.transport.write(data)

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=4096)
        announce(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def gevent_server():
    from gevent.server import StreamServer

    def echo(connection, _):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := connection.recv(4096):
            connection.sendall(data)

    server = StreamServer(("127.0.0.1", 0), echo, backlog=4096)
    server.start()
    announce(server.server_port)
    server.serve_forever()


def eventlet_server():
    import eventlet

    def echo(connection, _):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := connection.recv(4096):
            connection.sendall(data)

    listener = eventlet.listen(("127.0.0.1", 0), backlog=4096)
    announce(listener.getsockname()[1])
    eventlet.serve(listener, echo, concurrency=10_000)


def main(peer):
    end_with_input()
    if peer == "gevent":
        gevent_server()
    elif peer == "eventlet":
        eventlet_server()
    elif peer == "uvloop":
        import uvloop
        uvloop.install()
        asyncio_server()
    else:
        asyncio_server()


main(sys.argv[1])
