package io.greenloop.net;

import io.greenloop.Promise;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One file on its way through a transport. Loop room, in a task of its own. */
final class FileSending implements ReadyListener {
  private final WireTransport transport;
  private final Wire wire;
  private final FileTransfer transfer;
  private @Nullable Promise<Boolean> waiting;

  FileSending(WireTransport transport, Wire wire, FileTransfer transfer) {
    this.transport = transport;
    this.wire = wire;
    this.transfer = transfer;
  }

  /** How many bytes were sent. */
  long send() throws IOException {
    while (transport.writeBufferSize() > 0) {
      checkOpen();
      await();
    }
    checkOpen();
    try {
      return transfer.send(wire.fileTarget(), this::write, this::awaitRoom);
    } catch (IOException e) {
      checkOpen(); // closed under the worker's hands
      IOException known = ConnectionErrors.classified("sendFile", transport, e);
      if (known != e) { // else it is the file's
        transport.fail(known);
      }
      throw known;
    }
  }

  private void write(ByteBuffer chunk) throws IOException {
    checkOpen();
    try {
      wire.tryWrite(chunk);
    } catch (IOException e) {
      transport.broke("sendFile", e);
      throw transport.whyClosed("sendFile");
    }
    if (chunk.hasRemaining()) {
      awaitRoom(null);
    }
  }

  private void checkOpen() throws IOException {
    if (transport.isClosing()) {
      throw transport.whyClosed("sendFile");
    }
  }

  // ---- waiting -----------------------------------------------------------------------------

  private void awaitRoom(@Nullable Void nothing) throws IOException {
    checkOpen();
    wire.listen(Direction.OUT, this);
    try {
      await();
    } finally {
      wire.mute(Direction.OUT);
    }
  }

  private void await() {
    Promise<Boolean> woken = transport.loop().newPromise();
    waiting = woken;
    woken.join();
  }

  /** The buffer is empty, or the transport closes. */
  void wake() {
    if (waiting != null) {
      waiting.tryComplete(true);
    }
  }

  @Override
  public void ready() {
    wake();
  }

  @Override
  public void failed(IOException cause) {
    transport.loop().callSoon(() -> transport.fail(cause));
  }
}
