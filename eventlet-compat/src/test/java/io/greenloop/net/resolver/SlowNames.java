package io.greenloop.net.resolver;

import io.greenloop.net.NameResolution;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** A resolver in the place of the JDK's that answers when it is told to. */
public final class SlowNames implements InetAddressResolver, AutoCloseable {
  private final CountDownLatch answers = new CountDownLatch(1);
  private final InetAddressResolver former;

  /** Puts it there. */
  public SlowNames() {
    NameResolution.isInstalled(); // a first look-up, which makes the place
    former = Objects.requireNonNull(LoopResolverProvider.installed()).replaceBuiltin(this);
  }

  /** Lets it answer, with 192.0.2.1. */
  public void answer() {
    answers.countDown();
  }

  @Override
  public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
      throws UnknownHostException {
    try {
      answers.await();
    } catch (InterruptedException stopped) {
      throw new UnknownHostException(host);
    }
    return Stream.of(InetAddress.getByAddress(host, new byte[] {(byte) 192, 0, 2, 1}));
  }

  @Override
  public String lookupByAddress(byte[] address) throws UnknownHostException {
    throw new UnknownHostException("not asked for");
  }

  @Override
  public void close() {
    Objects.requireNonNull(LoopResolverProvider.installed()).replaceBuiltin(former);
  }
}
