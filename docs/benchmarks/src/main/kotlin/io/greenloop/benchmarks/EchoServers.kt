package io.greenloop.benchmarks

import io.greenloop.Aio
import io.greenloop.EventLoop
import io.greenloop.eventlet.Eventlet
import io.greenloop.eventlet.GreenSocket
import io.greenloop.eventlet.ListenOptions
import io.greenloop.eventlet.Net
import io.greenloop.gevent.BaseServer
import io.greenloop.gevent.Gevent
import io.greenloop.gevent.GeventSocket
import io.greenloop.gevent.StreamServer
import io.greenloop.net.LoopGroup
import io.greenloop.net.ServerOptions
import io.greenloop.net.Stream
import io.greenloop.net.Streams
import io.greenloop.reactor.Completion
import io.greenloop.reactor.Proactor
import io.greenloop.reactor.Reactor
import io.greenloop.reactor.Reactors
import io.netty.bootstrap.ServerBootstrap
import io.netty.channel.ChannelHandlerContext
import io.netty.channel.ChannelInboundHandlerAdapter
import io.netty.channel.ChannelInitializer
import io.netty.channel.ChannelOption
import io.netty.channel.MultiThreadIoEventLoopGroup
import io.netty.channel.nio.NioIoHandler
import io.netty.channel.socket.nio.NioServerSocketChannel
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketAddress
import java.net.StandardSocketOptions
import java.nio.ByteBuffer
import java.nio.channels.ServerSocketChannel
import java.nio.channels.SocketChannel
import java.util.concurrent.Callable
import kotlin.concurrent.thread
import kotlin.system.exitProcess
import io.netty.channel.socket.SocketChannel as NettySocketChannel

internal const val BACKLOG = 4096
private const val BUFFER = 4096

private val anyPort: InetSocketAddress get() =
  InetSocketAddress(InetAddress.getLoopbackAddress(), 0)

/** Our tiers, from the engine alone to blocking code in a task for each connection. */
internal val ECHO_SERVERS: Map<String, () -> Unit> =
  mapOf(
    "greenloop-reactor" to ::serveOnReactor,
    "greenloop-callback" to ::serveOnProactor,
    "greenloop-task" to ::serveInTasks,
  )

/** The same in a group of so many loops. */
internal val GROUP_SERVERS: Map<String, () -> Unit> =
  listOf(1, 2).associate { loops -> "greenloop-group-$loops" to { serveInGroup(loops) } }

/** gevent's and eventlet's way to write it. */
internal val DIALECT_SERVERS: Map<String, () -> Unit> =
  mapOf(
    "greenloop-gevent" to ::serveAsGevent,
    "greenloop-eventlet" to ::serveAsEventlet,
  )

/** Prints the port, serves until the standard input ends; a line on it asks for the heap in use. */
internal fun serve(name: String) {
  thread(isDaemon = true, name = "end with input") {
    while (readlnOrNull() != null) println(heapInUse())
    exitProcess(0)
  }
  when (name) {
    "netty-nio" -> serveOnNetty()
    "netty-epoll" -> serveOnNettyEpoll()
    "jdk-vt" -> serveInVirtualThreads()
    else -> (ECHO_SERVERS + GROUP_SERVERS + DIALECT_SERVERS).getValue(name)()
  }
}

private fun heapInUse(): Long {
  val runtime = Runtime.getRuntime()
  repeat(5) {
    System.gc()
    Thread.sleep(100) // what cleaners free is gone with the next one
  }
  return runtime.totalMemory() - runtime.freeMemory()
}

// ---- tasks -------------------------------------------------------------------------------------

private fun serveInTasks() {
  Aio.run(
    Callable {
      val server =
        Streams.startServer(::echo, ServerOptions.DEFAULT.withBacklog(BACKLOG), anyPort)
      println((server.localAddresses().first() as InetSocketAddress).port)
      server.serveForever()
    },
  )
}

private fun serveInGroup(loops: Int) {
  LoopGroup.start("echo", loops).use { group ->
    val options = ServerOptions.DEFAULT.withBacklog(BACKLOG)
    println(group.startServer(::echo, options, anyPort).port)
    group.awaitClosed()
  }
}

private fun echo(stream: Stream) {
  val buffer = ByteBuffer.allocateDirect(BUFFER)
  while (stream.reader().read(buffer.clear()) >= 0) {
    stream.writer().write(buffer.flip())
  }
}

// ---- dialects ----------------------------------------------------------------------------------

private fun serveAsGevent() {
  Gevent.run {
    val server = StreamServer(anyPort, ::echo, BaseServer.Spawning.unlimited(), BACKLOG)
    server.start()
    println(server.serverPort())
    server.serveForever()
  }
}

private fun echo(
  socket: GeventSocket,
  @Suppress("UNUSED_PARAMETER") caller: SocketAddress,
) {
  socket.channel().setOption(StandardSocketOptions.TCP_NODELAY, true)
  while (true) {
    val data = socket.receive(BUFFER)
    if (data.isEmpty()) return
    socket.sendAll(data)
  }
}

private fun serveAsEventlet() {
  Eventlet.run {
    val listener = Net.listen(anyPort, ListenOptions.DEFAULT.withBacklog(BACKLOG))
    println(listener.port())
    Net.serve(listener, ::echo, MANY)
  }
}

/** More than there are connections: eventlet's own server stops at 1,000. */
private const val MANY = 10_000

private fun echo(
  socket: GreenSocket,
  @Suppress("UNUSED_PARAMETER") caller: SocketAddress,
) {
  while (true) {
    val data = socket.recv(BUFFER)
    if (data.isEmpty()) return
    socket.writeFully(data)
  }
}

// ---- callbacks ---------------------------------------------------------------------------------

private fun serveOnProactor() {
  Aio.run(
    Callable {
      val proactor = EventLoop.current().proactor()
      val listener = listen()
      AcceptLoop(proactor, listener).begin()
      Aio.newPromise<Unit>().join()
    },
  )
}

private fun listen(): ServerSocketChannel {
  val listener = ServerSocketChannel.open()
  listener.bind(anyPort, BACKLOG)
  listener.configureBlocking(false)
  println((listener.localAddress as InetSocketAddress).port)
  return listener
}

private class AcceptLoop(
  val proactor: Proactor<SocketChannel, ServerSocketChannel>,
  val listener: ServerSocketChannel,
) : Completion<SocketChannel> {
  fun begin() {
    proactor.accept(listener, this)
  }

  override fun completed(result: SocketChannel) {
    result.setOption(StandardSocketOptions.TCP_NODELAY, true)
    EchoCallbacks(proactor, result).readNext()
    begin()
  }

  override fun failed(cause: IOException) = throw cause
}

private class EchoCallbacks(
  val proactor: Proactor<SocketChannel, ServerSocketChannel>,
  val channel: SocketChannel,
) : Completion<Int> {
  private val buffer = ByteBuffer.allocateDirect(BUFFER)
  private var writes = false

  fun readNext() {
    writes = false
    proactor.read(channel, buffer.clear(), this)
  }

  override fun completed(result: Int) {
    when {
      writes -> {
        readNext()
      }

      result < 0 -> {
        channel.close()
      }

      else -> {
        writes = true
        proactor.write(channel, buffer.flip(), this)
      }
    }
  }

  override fun failed(cause: IOException) = channel.close()
}

// ---- the engine alone --------------------------------------------------------------------------

private fun serveOnReactor() {
  val reactor = Reactors.open()
  val listener = listen()
  val buffer = ByteBuffer.allocateDirect(BUFFER)
  reactor.update(listener, Reactor.ACCEPT, listener)
  while (true) {
    reactor.poll(Long.MAX_VALUE) { ready, _ ->
      if (ready is SocketChannel) {
        if (ready.isOpen) reactor.echo(ready, buffer.clear())
      } else {
        listener.accept()?.let {
          it.configureBlocking(false)
          it.setOption(StandardSocketOptions.TCP_NODELAY, true)
          reactor.update(it, Reactor.READ, it)
        }
      }
    }
  }
}

private fun Reactor.echo(
  channel: SocketChannel,
  buffer: ByteBuffer,
) {
  if (read(channel, buffer) < 0) channel.close() else write(channel, buffer.flip())
}

// ---- peers on the JVM --------------------------------------------------------------------------

private fun serveOnNetty() {
  val server =
    ServerBootstrap()
      .group(MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
      .channel(NioServerSocketChannel::class.java)
      .option(ChannelOption.SO_BACKLOG, BACKLOG)
      .childOption(ChannelOption.TCP_NODELAY, true)
      .childHandler(
        object : ChannelInitializer<NettySocketChannel>() {
          override fun initChannel(channel: NettySocketChannel) {
            channel.pipeline().addLast(NettyEcho())
          }
        },
      ).bind(anyPort)
      .sync()
      .channel()
  println((server.localAddress() as InetSocketAddress).port)
  server.closeFuture().sync()
}

private class NettyEcho : ChannelInboundHandlerAdapter() {
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

private fun serveInVirtualThreads() {
  val listener = ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())
  println(listener.localPort)
  while (true) {
    val socket = listener.accept()
    Thread.ofVirtual().start {
      try {
        socket.use(::echo)
      } catch (_: IOException) {
        // The load generator has what it wanted, and resets its connections.
      }
    }
  }
}

private fun echo(socket: Socket) {
  socket.tcpNoDelay = true
  val buffer = ByteArray(BUFFER)
  val input = socket.getInputStream()
  val output = socket.getOutputStream()
  while (true) {
    val count = input.read(buffer)
    if (count < 0) return
    output.write(buffer, 0, count)
  }
}
