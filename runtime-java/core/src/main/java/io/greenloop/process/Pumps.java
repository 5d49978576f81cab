package io.greenloop.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;

/**
 * Threads that carry bytes between the JDK's blocking streams of a child and a pipe that the loop
 * watches. What is not read stays where it is: a pipe holds a bounded number of bytes, then its
 * pump waits.
 */
final class Pumps {
  private static final int CHUNK = 8192;

  private Pumps() {}

  /** Carries what the child writes, until it ends or nobody reads our end any more. */
  static void fromChild(InputStream from, Pipe.SinkChannel to, String name) {
    start(
        name,
        () -> {
          try (from;
              to) {
            var chunk = new byte[CHUNK];
            for (int count = from.read(chunk); count >= 0; count = from.read(chunk)) {
              ByteBuffer left = ByteBuffer.wrap(chunk, 0, count);
              while (left.hasRemaining()) {
                to.write(left);
              }
            }
          }
        });
  }

  /** Carries what the child reads, until our end is closed or the child reads no more. */
  static void toChild(Pipe.SourceChannel from, OutputStream to, String name) {
    start(
        name,
        () -> {
          try (to;
              from) {
            var chunk = ByteBuffer.allocate(CHUNK);
            while (from.read(chunk) >= 0) {
              to.write(chunk.array(), 0, chunk.position());
              to.flush();
              chunk.clear();
            }
          }
        });
  }

  private interface Pump {
    void run() throws IOException;
  }

  private static void start(String name, Pump pump) {
    Thread.ofPlatform()
        .daemon()
        .name("greenloop-" + name)
        .start(
            () -> {
              try {
                pump.run();
              } catch (IOException e) {
                // One side is gone; the other one has been closed, which tells whoever is there.
              }
            });
  }
}
