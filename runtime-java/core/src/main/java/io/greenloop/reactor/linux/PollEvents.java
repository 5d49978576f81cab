package io.greenloop.reactor.linux;

import static io.greenloop.reactor.Reactor.ACCEPT;
import static io.greenloop.reactor.Reactor.CONNECT;
import static io.greenloop.reactor.Reactor.READ;
import static io.greenloop.reactor.Reactor.WRITE;

/** Between the operations of the engines' interface and the events of poll and epoll. */
public final class PollEvents {
  /** Data, the end of the stream, or a connection to accept. */
  public static final int IN = 0x001;

  /** Room to send, or the end of a connection attempt. */
  public static final int OUT = 0x004;

  /** Something went wrong; always watched. */
  public static final int ERR = 0x008;

  /** Both directions are over; always watched. */
  public static final int HUP = 0x010;

  private PollEvents() {}

  /** The events that tell of {@code interest}. */
  public static int of(int interest) {
    return ((interest & (READ | ACCEPT)) != 0 ? IN : 0)
        | ((interest & (WRITE | CONNECT)) != 0 ? OUT : 0);
  }

  /** An error or a hang-up makes everything ready: each waiter tries its call and learns of it. */
  public static int toInterest(int events) {
    if ((events & (ERR | HUP)) != 0) {
      return READ | WRITE | ACCEPT | CONNECT;
    }
    return ((events & IN) != 0 ? READ | ACCEPT : 0) | ((events & OUT) != 0 ? WRITE | CONNECT : 0);
  }
}
