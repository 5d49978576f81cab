package io.greenloop.internal.loop;

import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.CompletionHandler;
import java.util.function.Consumer;

/** What comes in at a listener: a connection that nobody waits for any more is kept. */
final class AcceptLane extends Lane {
  private final KeptConnections kept;
  private final CompletionHandler<AsynchronousSocketChannel, Channel> onAccepted;

  AcceptLane(LoopCore loop, Consumer<String> roomCheck, KeptConnections kept) {
    super(loop, roomCheck);
    this.kept = kept;
    onAccepted =
        handler((accepted, listener) -> kept.keep(listener, accepted), KeptConnections::discard);
  }

  Proactor.Operation accept(
      AsynchronousServerSocketChannel listener, Completion<AsynchronousSocketChannel> completion) {
    return begin(
        new Waiting<AsynchronousSocketChannel>("accept", listener, completion) {
          @Override
          boolean advance() {
            if (kept.isThereOne(listener)) {
              return false;
            }
            call(() -> listener.accept(listener, onAccepted));
            return true;
          }

          @Override
          AsynchronousSocketChannel take() {
            AsynchronousSocketChannel taken = kept.take(listener);
            if (taken == null) {
              throw new IllegalStateException("nothing was accepted on " + listener);
            }
            return taken;
          }
        });
  }
}
