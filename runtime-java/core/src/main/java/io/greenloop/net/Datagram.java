package io.greenloop.net;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A datagram that has come.
 *
 * @param data what it carries, from position to limit; may be empty
 * @param sender who sent it
 */
public record Datagram(ByteBuffer data, SocketAddress sender) {
  /** A copy of what is left of {@link #data}. */
  public byte[] bytes() {
    byte[] bytes = new byte[data.remaining()];
    data.get(data.position(), bytes);
    return bytes;
  }

  /** What is left of {@link #data}, as UTF-8. */
  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }
}
