package io.greenloop.examples;

import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenSocket;
import io.greenloop.eventlet.IOClosedException;
import io.greenloop.eventlet.Net;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Hands connections on to another address: a green thread for each direction. */
public final class EventletForwarder {
  private EventletForwarder() {}

  private static void copy(GreenSocket from, GreenSocket to) throws IOException {
    try {
      for (byte[] data = from.recv(32384); data.length > 0; data = from.recv(32384)) {
        to.writeFully(data);
      }
    } catch (IOClosedException otherDirectionHasEnded) {
      return;
    } finally {
      to.close();
    }
  }

  /** Forwards until {@code listener} is closed. */
  static void forward(GreenSocket listener, SocketAddress target) throws IOException {
    try {
      while (true) {
        GreenSocket client = listener.accept();
        GreenSocket server = Net.connect(target);
        Eventlet.spawnN(() -> copy(client, server));
        Eventlet.spawnN(() -> copy(server, client));
      }
    } catch (IOClosedException closed) {
      return;
    }
  }

  /** Arguments: the port here, the host and the port there. */
  public static void main(String[] args) {
    var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    var there = InetSocketAddress.createUnresolved(args[1], Integer.parseInt(args[2]));
    Eventlet.run(() -> forward(Net.listen(here), there));
  }
}
