package io.greenloop.benchmarks

import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer
import io.grpc.netty.shaded.io.netty.channel.ChannelOption
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel
import java.net.InetAddress
import java.net.InetSocketAddress

/**
 * Netty on its native epoll. The copy inside gRPC's jar: that one has the native library in it, where Netty's own stands
 * in a jar with a classifier.
 */
internal fun serveOnNettyEpoll() {
  val server =
    ServerBootstrap()
      .group(EpollEventLoopGroup(1))
      .channel(EpollServerSocketChannel::class.java)
      .option(ChannelOption.SO_BACKLOG, BACKLOG)
      .childOption(ChannelOption.TCP_NODELAY, true)
      .childHandler(
        object : ChannelInitializer<SocketChannel>() {
          override fun initChannel(channel: SocketChannel) {
            channel.pipeline().addLast(Echo())
          }
        },
      ).bind(InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
      .sync()
      .channel()
  println((server.localAddress() as InetSocketAddress).port)
  server.closeFuture().sync()
}

private class Echo : ChannelInboundHandlerAdapter() {
  override fun channelRead(
    context: ChannelHandlerContext,
    message: Any,
  ) {
    context.write(message)
  }

  override fun channelReadComplete(context: ChannelHandlerContext) {
    context.flush()
  }
}
