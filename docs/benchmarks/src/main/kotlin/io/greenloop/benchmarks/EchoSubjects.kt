package io.greenloop.benchmarks

import io.greenloop.reactor.Reactors

/** Echo servers, ours on each engine beside the peers; the C program on epoll is what ratios refer to. */
internal fun echoSubjects(): List<Subject> =
  listOf(1, 64, 1000).flatMap { connections ->
    val servers = if (connections == 1) echoServers() + spinningServers() else echoServers()
    servers.map { (name, server) -> EchoSubject(connections, name, server = server) }
  } + IdleSubject("greenloop-task") { ours("epoll", "greenloop-task") } + dialectServers()

/** A server of gevent's and one of eventlet's make, beside the originals. */
private fun dialectServers(): List<Subject> =
  DIALECT_SERVERS.keys.map { name -> dialectServer(name) { ours("epoll", name) } } +
    listOf("gevent", "eventlet").map { name -> dialectServer(name) { Python.echoServer(name) } }

private fun dialectServer(
  name: String,
  server: () -> List<String>?,
) = EchoSubject(64, name, "gevent-echo", server)

private fun echoServers(): List<Pair<String, () -> List<String>?>> =
  ECHO_SERVERS.keys.flatMap { tier ->
    ENGINES.map { engine -> "$tier/$engine" to { ours(engine, tier) } }
  } +
    GROUP_SERVERS.keys.map { group -> "$group/epoll" to { ours("epoll", group) } } +
    listOf<Pair<String, () -> List<String>?>>(
      "c-epoll" to { Native.echoServer() },
      "netty-epoll" to { Jvm.command(NETTY_FLAGS, SERVE, "netty-epoll") },
      "netty-nio" to { Jvm.command(NETTY_FLAGS, SERVE, "netty-nio") },
      "jdk-vt" to { Jvm.command(SERVE, "jdk-vt") },
      "asyncio" to { Python.echoServer("asyncio") },
      "uvloop" to { Python.echoServer("uvloop") },
      "gevent" to { Python.echoServer("gevent") },
    )

/** Ours, looking for work for 50 µs before their thread sleeps. */
private fun spinningServers(): List<Pair<String, () -> List<String>?>> =
  listOf("greenloop-callback", "greenloop-task").map { tier ->
    "$tier/epoll spinning" to { ours("epoll", tier, "-Dgreenloop.spin=50") }
  }

private fun ours(
  engine: String,
  tier: String,
  vararg flags: String,
): List<String> = Jvm.command(listOf("-Dgreenloop.engine=$engine", *flags), SERVE, tier)

/** Those that can run here. */
private val ENGINES =
  Reactors.providers().filter { it.unavailableBecause().isEmpty }.map { it.name() }

/** What Netty asks for on JDK 25: its buffers need it. */
private val NETTY_FLAGS = listOf("--sun-misc-unsafe-memory-access=allow")
