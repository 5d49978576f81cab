package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS over another wire, which may be TLS as well. Loop room.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>shaking hands</td><td>nothing is read or written; drives itself. Once more, when a
 *       server of TLS 1.2 asks for it</td></tr>
 *   <tr><td>open</td><td>who reads and writes drives it</td></tr>
 *   <tr><td>parting</td><td>{@code close_notify} is to be sent and answered; drives itself, and
 *       drops what comes</td></tr>
 *   <tr><td>over</td><td>closed, or failed</td></tr>
 * </table>
 *
 * <p>It reads from the wire below only what a reader asks for, one record ahead at most, and makes
 * no record before the last one is on its way. So it has no limits of its own: who does not read
 * holds the other side up, and who writes too much is held up by the limits of the writer.
 */
final class TlsWire implements Wire {
  private enum State {
    SHAKING,
    OPEN,
    PARTING,
    OVER
  }

  /** How many records one call makes: then others run. */
  private static final int MOST_AT_ONCE = 64;

  private final LoopCore loop;
  private final Wire below;
  private final TlsRecords records;
  private final TlsOptions options;
  private final String name;
  private final WireSide in;
  private final WireSide out;

  private final TlsInput input;
  private final TlsHandshake handshake;
  private final TlsParting parting;
  private @Nullable IOException failure;
  private State state = State.SHAKING;

  private boolean ends; // our direction was told to
  private boolean queued;

  /**
   * @param unread what has come from {@code below} already
   * @param unsent what must go there before
   * @param name what errors call it
   */
  TlsWire(
      LoopCore loop,
      Wire below,
      ByteBuffer unread,
      ByteBuffer unsent,
      TlsOptions options,
      String name) {
    this.loop = loop;
    this.below = below;
    this.options = options;
    this.name = name;
    records = new TlsRecords(below, unread, unsent, name);
    input = new TlsInput(records, options, name, this::shakeAgain);
    handshake = new TlsHandshake(loop, records, input, options, name, this::go, this::fail);
    parting = new TlsParting((EventLoop) loop.face(), options, name, this::tooLong);
    in = new WireSide(loop, below, Direction.IN, this::more, this::fail);
    out = new WireSide(loop, below, Direction.OUT, this::go, this::fail);
  }

  // ---- the handshake -----------------------------------------------------------------------

  /**
   * Begins the handshake.
   *
   * @param remote the other side; its name is the one to check if the options have none
   * @param told how it ended, once, in an entry of the loop: null, or why it failed. The wire below
   *     is left to whoever is told. Nobody is told after a close
   */
  void begin(SocketAddress remote, Consumer<@Nullable IOException> told) {
    handshake.begin(remote, told);
  }

  private void shaken() throws IOException {
    boolean parts = parting.listener() != null;
    state = parts ? State.PARTING : State.OPEN;
    if (ends) {
      endOutput(); // if that fails, who waits is told so
    }
    Consumer<@Nullable IOException> told = handshake.listener();
    handshake.end();
    if (told != null) {
      told.accept(null);
    }
    if (parts) {
      queue();
    }
  }

  /**
   * Whether this is not the first handshake: the other side knows us, and can be taken leave of.
   */
  private boolean shakesAgain() {
    return state == State.SHAKING && handshake.info() != null;
  }

  /** Whether the other side has ended its direction. */
  boolean hasEnded() {
    return input.hasEnded();
  }

  TlsOptions options() {
    return options;
  }

  /** What was agreed on, once the handshake is done. */
  @Nullable TlsInfo info() {
    return handshake.info();
  }

  // ---- reading and writing -----------------------------------------------------------------

  @Override
  public int tryRead(ByteBuffer target) throws IOException {
    check();
    if (input.hasOpened()) {
      int count = input.takeOpened(target);
      if (state == State.SHAKING && !input.hasOpened()) {
        queue(); // it has waited for the room
      }
      return count;
    }
    if (input.hasEnded()) {
      return -1;
    }
    if (state != State.OPEN || handshake.isBusy()) {
      return 0;
    }
    try {
      return input.read(target);
    } catch (IOException e) {
      throw fail(TlsErrors.explained("read", name, options, e));
    } finally {
      arm(); // an answer may be on its way out
    }
  }

  /** Before TLS 1.3: the other side wants another handshake. */
  private void shakeAgain() throws SSLException {
    if (!options.isClient()) { // would let a client make us work as often as it likes
      throw new SSLException("the client asked to renegotiate, which is refused");
    }
    state = State.SHAKING;
    handshake.limit();
    queue();
  }

  @Override
  public void tryWrite(ByteBuffer source) throws IOException {
    check();
    if (state != State.OPEN || handshake.isBusy()) {
      return;
    }
    try {
      for (int left = MOST_AT_ONCE; records.flush() && source.hasRemaining() && left > 0; left--) {
        if (records.status() == HandshakeStatus.NEED_TASK) {
          shakeAgain();
          return;
        }
        if (records.seal(source) == TlsRecords.Step.CLOSED) {
          throw TlsErrors.outputClosed(name);
        }
      }
    } catch (IOException e) {
      throw fail(TlsErrors.explained("write", name, options, alertInstead(e)));
    } finally {
      arm();
    }
  }

  /** A write that fails because the other side has refused us: it may have said why. */
  private IOException alertInstead(IOException e) {
    if (e instanceof SSLException || handshake.isBusy()) {
      return e;
    }
    try {
      while (records.isToBeRead()
          && records.open(records.roomForRecord()) == TlsRecords.Step.DONE) {}
    } catch (SSLException alert) {
      alert.addSuppressed(e);
      return alert;
    } catch (IOException none) {
      // As broken as the way out.
    }
    return e;
  }

  @Override
  public void shutdownOutput() throws IOException {
    check();
    if (!ends) {
      ends = true;
      if (state == State.OPEN) {
        endOutput();
        arm();
      }
    }
  }

  private void endOutput() throws IOException {
    records.engine().closeOutbound();
    records.sendOwn();
  }

  private void check() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  // ---- listening ---------------------------------------------------------------------------

  @Override
  public void listen(Direction direction, ReadyListener listener) {
    WireSide side = direction == Direction.IN ? in : out;
    side.listener = listener;
    arm();
  }

  @Override
  public void mute(Direction direction) {
    WireSide side = direction == Direction.IN ? in : out;
    side.listener = null;
    arm();
  }

  /** Whether an attempt would come to something, as far as we know. */
  private boolean may(Direction direction) {
    if (failure != null) {
      return true;
    }
    if (direction == Direction.OUT) {
      return state == State.OPEN && !handshake.isBusy() && !records.hasUnsent();
    }
    return input.hasOpened()
        || input.hasEnded()
        || (state == State.OPEN && !handshake.isBusy() && input.mayOpen());
  }

  /**
   * Listens below for what is missing, and for nothing else; who waits for what is there is told.
   * To be called after whatever may have changed that: a read may send what a writer has waited
   * for.
   */
  private void arm() {
    input.sent();
    boolean needsMore = state != State.OPEN || in.listener != null;
    in.want(state != State.OVER && !handshake.isBusy() && input.isDry() && needsMore);
    out.want(state != State.OVER && records.hasUnsent());
    if (isToBeTold(in) || isToBeTold(out)) {
      queue();
    }
  }

  private boolean isToBeTold(WireSide side) {
    return side.listener != null && may(side.direction());
  }

  private void queue() {
    if (!queued) {
      queued = true;
      loop.ready((Runnable) this::go, null);
    }
  }

  /** Something has come. */
  private void more() {
    input.more();
    go();
  }

  /** Does what can be done now, tells who waits for that, and listens for the rest. */
  private void go() {
    queued = false;
    try {
      if (handshake.isBusy() && state != State.OVER) {
        records.flush();
      } else if (!handshake.isBusy()) {
        proceed();
      }
    } catch (IOException e) {
      String verb = handshake.listener() == null ? "write" : "TLS handshake";
      fail(TlsErrors.explained(verb, name, options, alertInstead(e)));
    }
    tell();
  }

  private void proceed() throws IOException {
    switch (state) {
      case SHAKING -> {
        if (handshake.proceed()) {
          shaken();
        } else if (parting.listener() != null && input.hasOpened()) {
          input.dropOpened(); // it is in the way, and nobody reads it any more
          queue();
        }
      }
      case PARTING -> part();
      case OPEN -> records.sendOwn();
      case OVER -> {}
    }
  }

  private void tell() {
    tell(in);
    tell(out);
    if (state != State.OVER) {
      arm(); // who has not taken its listener back is told again
    }
  }

  private void tell(WireSide side) {
    ReadyListener listener = side.listener;
    if (listener != null && isToBeTold(side)) {
      listener.ready();
    }
  }

  // ---- ending ------------------------------------------------------------------------------

  @Override
  public void beginClose() {
    if (state != State.OVER) {
      parting.limit();
    }
  }

  @Override
  public boolean part(Consumer<@Nullable IOException> told) {
    if (state != State.OPEN && !shakesAgain()) {
      return true;
    }
    if (state == State.OPEN) {
      state = State.PARTING;
    }
    ends = true;
    parting.begin(told, this::parted);
    queue();
    return false;
  }

  /** Our {@code close_notify}, and the other side's, behind what it still has to say. */
  private void part() throws IOException {
    endOutput();
    boolean sent = !records.hasUnsent();
    if (input.drop()) {
      queue();
    }
    if (sent && input.hasEnded()) {
      parting.passOn(below, this::parted);
    }
  }

  private void parted(@Nullable IOException problem) {
    Consumer<@Nullable IOException> told = parting.listener();
    if (told != null) {
      letGo();
      told.accept(problem);
    }
  }

  /** The close takes too long, be it that the other side does not read or does not answer. */
  private void tooLong(IOException problem) {
    if (parting.listener() == null) {
      fail(problem);
    } else {
      parted(problem);
    }
  }

  /**
   * Remembers the first failure, says good-bye as the protocol wants it, and tells who waits.
   *
   * @return the first failure
   */
  private IOException fail(IOException e) {
    IOException first = failure;
    if (first != null || state == State.OVER) {
      return first == null ? e : first;
    }
    failure = e;
    Consumer<@Nullable IOException> shaken = handshake.listener();
    Consumer<@Nullable IOException> parted = parting.listener();
    sayWhy();
    letGo();
    if (shaken != null) {
      shaken.accept(e);
    }
    if (parted != null) {
      parted.accept(e);
    }
    tell();
    return e;
  }

  /** The engine's alert, if it has one and the wire takes it. */
  private void sayWhy() {
    if (handshake.isBusy() || !records.hasBegun()) {
      return;
    }
    for (int attempts = 2; attempts > 0; attempts--) { // the first may throw the failure again
      try {
        records.sendOwn();
      } catch (IOException | RuntimeException e) {
        // The other side will see the end of the connection.
      }
    }
  }

  private void letGo() {
    state = State.OVER;
    handshake.end();
    parting.end();
    in.want(false);
    out.want(false);
  }

  @Override
  public void close() {
    letGo();
    below.close();
  }

  @Override
  public void abort() {
    letGo();
    below.abort();
  }
}
