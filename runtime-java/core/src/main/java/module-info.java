/** The event loop that everything stands on. */
@SuppressWarnings("module") // the sister modules that see internals are compiled later
module io.greenloop.runtime {
  requires static kotlin.stdlib;
  requires static java.logging;
  requires static jdk.jfr;
  requires static transitive org.jspecify;

  exports io.greenloop;
  exports io.greenloop.coroutine;
  exports io.greenloop.flow;
  exports io.greenloop.inspect;
  exports io.greenloop.internal.fiber to
      io.greenloop.greenlet;
  exports io.greenloop.internal.jfr to
      io.greenloop.greenlet;
  exports io.greenloop.internal.loop to
      io.greenloop.kotlin,
      io.greenloop.testing;
  exports io.greenloop.internal.visit to
      io.greenloop.script;
  exports io.greenloop.internal.vm to
      io.greenloop.script;
  exports io.greenloop.net;
  exports io.greenloop.process;
  exports io.greenloop.reactor;
  exports io.greenloop.sync;

  uses io.greenloop.internal.watch.Chore;
  uses io.greenloop.reactor.ReactorProvider;

  provides io.greenloop.internal.watch.Chore with
      io.greenloop.internal.jfr.Samples,
      io.greenloop.internal.visit.Visits,
      io.greenloop.internal.watch.LagProbes;
  provides io.greenloop.reactor.ReactorProvider with
      io.greenloop.reactor.epoll.EpollReactorProvider,
      io.greenloop.reactor.nio.NioReactorProvider,
      io.greenloop.reactor.uring.UringReactorProvider;
  provides java.net.spi.InetAddressResolverProvider with
      io.greenloop.net.resolver.LoopResolverProvider;
}
