package io.greenloop.net;

import java.nio.ByteBuffer;

/**
 * A protocol that says where received bytes shall go, and so spares a copy (Python: {@code
 * asyncio.BufferedProtocol}). {@link #dataReceived} is not called.
 */
public interface BufferedProtocol extends Protocol {
  /**
   * Where to put what comes next. The bytes go to its position, which moves.
   *
   * @param sizeHint how much room is wished for; -1: any
   * @return with room for at least one byte; without, that ends the connection
   */
  ByteBuffer getBuffer(int sizeHint) throws Exception;

  /**
   * Bytes were put into what {@link #getBuffer} gave.
   *
   * @param count how many, at least one
   */
  void bufferUpdated(int count) throws Exception;
}
