package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.net.ServerOptions
import io.greenloop.net.Stream
import io.greenloop.net.Streams
import io.greenloop.net.TlsOptions
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldEndWith
import kotlinx.coroutines.CancellationException
import java.io.File
import java.net.InetAddress
import java.net.InetSocketAddress
import java.security.KeyStore
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLException
import javax.net.ssl.TrustManagerFactory

private val password = "secret".toCharArray()

private fun keytool(vararg arguments: String) {
  val tool = File(System.getProperty("java.home"), "bin/keytool").path
  val process = ProcessBuilder(tool, *arguments).redirectErrorStream(true).start()
  val output = process.inputStream.readAllBytes().decodeToString()
  check(process.waitFor() == 0) { output }
}

/** A context with a key for `localhost` that trusts its own certificate. */
private fun newContext(folder: File): SSLContext {
  val file = File(folder, "own.p12")
  keytool(
    *"-genkeypair -keyalg EC -alias own -dname CN=localhost -ext SAN=dns:localhost"
      .split(
        " ",
      ).toTypedArray(),
    "-storepass",
    "secret",
    "-keystore",
    file.path,
  )
  val store = KeyStore.getInstance(file, password)
  store.setCertificateEntry("trusted", store.getCertificate("own"))
  val own = KeyManagerFactory.getInstance("PKIX").apply { init(store, password) }
  val trusted = TrustManagerFactory.getInstance("PKIX").apply { init(store) }
  return SSLContext.getInstance("TLS").apply { init(own.keyManagers, trusted.trustManagers, null) }
}

class TlsTest :
  FunSpec({
    lateinit var context: SSLContext

    beforeSpec { context = newContext(tempdir()) }

    suspend fun LoopScope.talk(
      options: ServerOptions,
      handler: suspend LoopScope.(Stream) -> Unit,
      body: suspend LoopScope.(Int) -> Unit,
    ) {
      val server =
        Streams.startServerWith(
          { stream -> spawn("serve") { handler(stream) } },
          options,
          InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        )
      body((server.localAddresses().first() as InetSocketAddress).port)
      server.close()
      green { server.awaitClosed() }.await()
    }

    test("TLS-1: a server's suspend handler begins when the handshake is done") {
      loop {
        talk(
          ServerOptions.DEFAULT.withTls(TlsOptions.server(context)),
          { stream -> stream.writer().send(stream.tls().get().version() + "\n") },
        ) { port ->
          val client =
            green { Aio.openConnection("localhost", port, TlsOptions.client(context)) }.await()
          client.reader().receiveLine().decodeToString() shouldBe "TLSv1.3\n"
          client.close()
          client.untilClosed()
        }
      }
    }

    test("TLS-5, STR-14: suspend code goes over to TLS on both sides") {
      loop {
        talk(ServerOptions.DEFAULT, { stream ->
          stream.reader().receiveLine()
          stream.secure(TlsOptions.server(context))
          stream.writer().send(stream.reader().receiveLine())
        }) { port ->
          val client = green { Aio.openConnection("localhost", port) }.await()
          client.writer().send("STARTTLS\n")
          client.secure(TlsOptions.client(context))
          client.writer().send("secret\n")
          client.reader().receiveLine().decodeToString() shouldBe "secret\n"
          client.close()
          client.untilClosed()
        }
      }
    }

    test("AC-ssl.3: a handshake that fails, or is cancelled, ends the connection") {
      loop {
        talk(ServerOptions.DEFAULT, { stream -> stream.writer().send("220 hello\n") }) { port ->
          val client = green { Aio.openConnection("localhost", port) }.await()
          shouldThrow<SSLException> {
            client.secure(
              TlsOptions.client(context),
            )
          }.message!! shouldEndWith
            ": the other side does not speak TLS; it began with \"220 hello.\""
          client.isClosing shouldBe true
        }
        talk(
          ServerOptions.DEFAULT,
          { stream -> runCatching { stream.reader().receiveAll() } },
        ) { port ->
          val client = green { Aio.openConnection("localhost", port) }.await()
          val securing = spawn { client.secure(TlsOptions.client(context)) }
          yieldNow()
          shouldThrow<IllegalStateException> {
            client.secure(
              TlsOptions.client(context),
            )
          }.message shouldBe
            "startTls on $client: a handshake is under way"
          client.isClosing shouldBe false
          securing.cancel()
          shouldThrow<CancellationException> { securing.await() }
          client.isClosing shouldBe true
        }
      }
    }
  })
