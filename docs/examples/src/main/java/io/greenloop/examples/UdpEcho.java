package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.net.Datagram;
import io.greenloop.net.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Sends each datagram back to where it came from. */
public final class UdpEcho {
  private UdpEcho() {}

  /** Until {@code socket} is closed. In a task. */
  static void serve(UdpSocket socket) throws IOException {
    for (Datagram datagram : socket) {
      socket.send(datagram.data(), datagram.sender());
    }
  }

  /** Serves on the port that is its argument. */
  public static void main(String[] args) {
    Aio.run(
        () -> {
          try (var socket = UdpSocket.bind(new InetSocketAddress(Integer.parseInt(args[0])))) {
            println("echo on " + socket);
            serve(socket);
          }
        });
  }
}
