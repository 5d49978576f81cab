package io.greenloop.reactor.epoll;

import static io.greenloop.reactor.Reactor.ACCEPT;
import static io.greenloop.reactor.Reactor.CONNECT;
import static io.greenloop.reactor.Reactor.READ;
import static io.greenloop.reactor.Reactor.WRITE;

/** Between the operations of the engines' interface and the events of epoll. */
final class Interest {
  private Interest() {}

  static int toEvents(int interest) {
    return ((interest & (READ | ACCEPT)) != 0 ? Epoll.IN : 0)
        | ((interest & (WRITE | CONNECT)) != 0 ? Epoll.OUT : 0);
  }

  /** An error or a hang-up makes everything ready: each waiter tries its call and learns of it. */
  static int fromEvents(int events) {
    if ((events & (Epoll.ERR | Epoll.HUP)) != 0) {
      return READ | WRITE | ACCEPT | CONNECT;
    }
    return ((events & Epoll.IN) != 0 ? READ | ACCEPT : 0)
        | ((events & Epoll.OUT) != 0 ? WRITE | CONNECT : 0);
  }
}
