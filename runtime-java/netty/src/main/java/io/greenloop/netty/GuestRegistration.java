package io.greenloop.netty;

import io.greenloop.reactor.GuestChannel;
import io.greenloop.reactor.Reactor;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import java.io.IOException;
import java.nio.channels.SelectionKey;

/** A channel of Netty's, as our loop watches it. Carrier room. */
final class GuestRegistration implements IoRegistration, GuestChannel.Listener {
  private static final System.Logger LOG = System.getLogger("io.greenloop");

  private final GuestIoHandler handler;
  private final NioIoHandle handle;
  private final GuestChannel channel;
  private final GuestKey key;

  private int ready; // found, and not handed on yet; in our numbers
  private boolean broken; // nobody can watch it
  private boolean valid = true;

  GuestRegistration(GuestIoHandler handler, NioIoHandle handle) {
    this.handler = handler;
    this.handle = handle;
    channel = handler.seat().watch(handle.selectableChannel(), this);
    key = new GuestKey(this, handle.selectableChannel());
  }

  // ---- what Netty wants ---------------------------------------------------------------------

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Netty's NIO casts it to a key
  public <T> T attachment() {
    return (T) key;
  }

  @Override
  public long submit(IoOps ops) {
    if (!valid) {
      return -1;
    }
    int wanted = ((NioIoOps) ops).value();
    channel.want(toOurs(wanted));
    return wanted;
  }

  @Override
  public boolean isValid() {
    return valid;
  }

  @Override
  public boolean cancel() {
    if (!valid) {
      return false;
    }
    valid = false;
    channel.release();
    handler.forget(this);
    handle.unregistered();
    return true;
  }

  int wanted() {
    return toNetty(channel.wanted());
  }

  void close() {
    try {
      handle.close();
    } catch (Exception e) {
      LOG.log(System.Logger.Level.WARNING, "close of " + handle.selectableChannel(), e);
    }
  }

  // ---- what was found -----------------------------------------------------------------------

  @Override
  public void ready(int operations) {
    if (ready == 0 && !broken) {
      handler.found(this);
    }
    ready |= operations;
  }

  @Override
  public void failed(IOException cause) {
    if (handle.selectableChannel().isOpen()) { // else Netty has closed it, and says so itself
      LOG.log(
          System.Logger.Level.WARNING, handle.selectableChannel() + " cannot be watched", cause);
      if (ready == 0 && !broken) {
        handler.found(this);
      }
      broken = true;
    }
  }

  /** Hands it on. */
  void handle() {
    int found = ready;
    ready = 0;
    if (!valid) {
      return;
    }
    if (broken) {
      close();
    } else {
      NioIoOps ops = NioIoOps.valueOf(toNetty(found));
      handle.handle(this, (NioIoEvent) () -> ops);
    }
  }

  private static int toOurs(int netty) {
    return ((netty & SelectionKey.OP_READ) != 0 ? Reactor.READ : 0)
        | ((netty & SelectionKey.OP_WRITE) != 0 ? Reactor.WRITE : 0)
        | ((netty & SelectionKey.OP_ACCEPT) != 0 ? Reactor.ACCEPT : 0)
        | ((netty & SelectionKey.OP_CONNECT) != 0 ? Reactor.CONNECT : 0);
  }

  private static int toNetty(int ours) {
    return ((ours & Reactor.READ) != 0 ? SelectionKey.OP_READ : 0)
        | ((ours & Reactor.WRITE) != 0 ? SelectionKey.OP_WRITE : 0)
        | ((ours & Reactor.ACCEPT) != 0 ? SelectionKey.OP_ACCEPT : 0)
        | ((ours & Reactor.CONNECT) != 0 ? SelectionKey.OP_CONNECT : 0);
  }
}
