package io.greenloop.internal.loop;

import io.greenloop.reactor.AsynchronousProactor;
import io.greenloop.reactor.Completion;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Brings what the JDK's asynchronous channels complete to the loop. Loop room. */
public final class ChannelProactor implements AsynchronousProactor {
  private final LoopCore loop;
  private final Consumer<String> roomCheck;

  /** By channel, for as long as anybody has the channel: lanes at rest do not know theirs. */
  private final Map<Channel, Lane> incoming = new WeakHashMap<>();

  private final Map<Channel, Lane> outgoing = new WeakHashMap<>();

  private final KeptConnections kept = new KeptConnections();

  /**
   * A proactor that reports to {@code loop}.
   *
   * @param roomCheck gets the name of each call, and throws if the caller may not make it
   */
  public ChannelProactor(LoopCore loop, Consumer<String> roomCheck) {
    this.loop = loop;
    this.roomCheck = roomCheck;
  }

  @Override
  public Operation read(
      AsynchronousSocketChannel channel, ByteBuffer target, Completion<Integer> completion) {
    roomCheck.accept("read");
    ReactorProactor.checkTarget(target);
    ReadLane lane = lane(incoming, channel, () -> new ReadLane(loop, roomCheck));
    return lane.read(channel, target, completion);
  }

  @Override
  public Operation write(
      AsynchronousSocketChannel channel, ByteBuffer source, Completion<Integer> completion) {
    roomCheck.accept("write");
    WriteLane lane = lane(outgoing, channel, () -> new WriteLane(loop, roomCheck));
    return lane.write(channel, source, completion);
  }

  @Override
  public Operation accept(
      AsynchronousServerSocketChannel listener, Completion<AsynchronousSocketChannel> completion) {
    roomCheck.accept("accept");
    AcceptLane lane = lane(incoming, listener, () -> new AcceptLane(loop, roomCheck, kept));
    return lane.accept(listener, completion);
  }

  @Override
  public Operation connect(
      AsynchronousSocketChannel channel,
      SocketAddress remote,
      Completion<AsynchronousSocketChannel> completion) {
    roomCheck.accept("connect");
    WriteLane lane = lane(outgoing, channel, () -> new WriteLane(loop, roomCheck));
    return lane.connect(channel, remote, completion);
  }

  @SuppressWarnings("unchecked") // the kind of channel decides the kind of lane
  private <L extends Lane> L lane(Map<Channel, Lane> lanes, Channel channel, Supplier<L> fresh) {
    kept.sweep();
    return (L) lanes.computeIfAbsent(channel, c -> fresh.get());
  }

  @Override
  public Operation read(
      AsynchronousFileChannel file,
      long position,
      ByteBuffer target,
      Completion<Integer> completion) {
    roomCheck.accept("read");
    ReactorProactor.checkTarget(target);
    var operation = new FileOperation("read", file, position, target, completion, loop, roomCheck);
    return operation.read();
  }

  @Override
  public Operation write(
      AsynchronousFileChannel file,
      long position,
      ByteBuffer source,
      Completion<Integer> completion) {
    roomCheck.accept("write");
    var operation = new FileOperation("write", file, position, source, completion, loop, roomCheck);
    return operation.write();
  }

  /** The loop is closed: connections that nobody has taken are closed. */
  public void close() {
    kept.closeAll();
  }
}
