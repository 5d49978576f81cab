package io.greenloop.internal.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The door for other threads: many push, the carrier takes everything at once, in the order of
 * arrival. Lock-free; a push never waits.
 */
final class Inbox {
  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(Inbox.class, "head", Node.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // through HEAD
  private volatile @Nullable Node head;

  /** One entry; {@code next} is the one that came before it. */
  static final class Node {
    final Object action;
    final @Nullable Object owner;
    @Nullable Node next;

    Node(Object action, @Nullable Object owner) {
      this.action = action;
      this.owner = owner;
    }
  }

  /** Any thread. */
  void push(Object action, @Nullable Object owner) {
    var node = new Node(action, owner);
    Node seen;
    do {
      seen = head;
      node.next = seen;
    } while (!HEAD.compareAndSet(this, seen, node));
  }

  /** Any thread; may be out of date at once. */
  boolean isEmpty() {
    return head == null;
  }

  /** Loop: everything that arrived, oldest first, or null. */
  @Nullable Node takeAll() {
    if (head == null) {
      return null;
    }
    Node newestFirst = (Node) HEAD.getAndSet(this, null);
    Node oldestFirst = null;
    while (newestFirst != null) {
      Node next = newestFirst.next;
      newestFirst.next = oldestFirst;
      oldestFirst = newestFirst;
      newestFirst = next;
    }
    return oldestFirst;
  }
}
