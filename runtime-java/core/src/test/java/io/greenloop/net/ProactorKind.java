package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.reactor.Proactor;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutionException;

/** A proactor of the running loop, and its channels. */
interface ProactorKind<C extends NetworkChannel, L extends NetworkChannel> {
  ProactorKind<SocketChannel, ServerSocketChannel> OF_THE_ENGINE =
      new ProactorKind<>() {
        @Override
        public Proactor<SocketChannel, ServerSocketChannel> proactor() {
          return EventLoop.current().proactor();
        }

        @Override
        public SocketChannel open() throws IOException {
          var channel = SocketChannel.open();
          channel.configureBlocking(false);
          return channel;
        }

        @Override
        public SocketChannel connect(SocketAddress remote) throws IOException {
          var channel = SocketChannel.open(remote);
          channel.configureBlocking(false);
          return channel;
        }

        @Override
        public ServerSocketChannel listen() throws IOException {
          var listener = ServerSocketChannel.open();
          listener.bind(Loopback.anyPort());
          listener.configureBlocking(false);
          return listener;
        }

        @Override
        public SocketAddress remoteOf(SocketChannel channel) throws IOException {
          return channel.getRemoteAddress();
        }

        @Override
        public void close(SocketChannel channel) throws IOException {
          Sockets.close(channel);
        }

        @Override
        public String toString() {
          return "the engine's";
        }
      };

  ProactorKind<AsynchronousSocketChannel, AsynchronousServerSocketChannel> ASYNCHRONOUS =
      new ProactorKind<>() {
        @Override
        public Proactor<AsynchronousSocketChannel, AsynchronousServerSocketChannel> proactor() {
          return EventLoop.current().asynchronousProactor();
        }

        @Override
        public AsynchronousSocketChannel open() throws IOException {
          return AsynchronousSocketChannel.open();
        }

        @Override
        public AsynchronousSocketChannel connect(SocketAddress remote) throws IOException {
          var channel = open();
          try {
            channel.connect(remote).get();
          } catch (InterruptedException | ExecutionException e) {
            throw new IOException(e);
          }
          return channel;
        }

        @Override
        public AsynchronousServerSocketChannel listen() throws IOException {
          return AsynchronousServerSocketChannel.open().bind(Loopback.anyPort());
        }

        @Override
        public SocketAddress remoteOf(AsynchronousSocketChannel channel) throws IOException {
          return channel.getRemoteAddress();
        }

        @Override
        public void close(AsynchronousSocketChannel channel) throws IOException {
          channel.close();
        }

        @Override
        public String toString() {
          return "asynchronous channels'";
        }
      };

  Proactor<C, L> proactor();

  /** Not connected yet. */
  C open() throws IOException;

  /** Connected. */
  C connect(SocketAddress remote) throws IOException;

  /** On any free port of the loopback interface. */
  L listen() throws IOException;

  /** Who is at the other end. */
  SocketAddress remoteOf(C channel) throws IOException;

  /** Closes a channel as the guide says. */
  void close(C channel) throws IOException;
}
