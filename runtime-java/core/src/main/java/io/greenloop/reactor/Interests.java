package io.greenloop.reactor;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.StringJoiner;

/** What a channel can be watched for, and in words. */
final class Interests {
  private Interests() {}

  static int possible(SelectableChannel channel) {
    int keyOps = channel.validOps();
    return ((keyOps & SelectionKey.OP_READ) != 0 ? Reactor.READ : 0)
        | ((keyOps & SelectionKey.OP_WRITE) != 0 ? Reactor.WRITE : 0)
        | ((keyOps & SelectionKey.OP_ACCEPT) != 0 ? Reactor.ACCEPT : 0)
        | ((keyOps & SelectionKey.OP_CONNECT) != 0 ? Reactor.CONNECT : 0);
  }

  static String describe(int interest) {
    var words = new StringJoiner("|");
    String[] names = {"READ", "WRITE", "ACCEPT", "CONNECT"}; // in the order of their bits
    for (int i = 0; i < names.length; i++) {
      if ((interest & (1 << i)) != 0) {
        words.add(names[i]);
      }
    }
    return words.toString();
  }
}
