/** Netty's channels on the thread of a loop. */
module io.greenloop.netty {
  requires transitive io.greenloop.runtime;
  requires transitive io.netty.common;
  requires transitive io.netty.resolver;
  requires transitive io.netty.transport;
  requires io.netty.resolver.dns;
  requires static org.jspecify;

  exports io.greenloop.netty;
}
