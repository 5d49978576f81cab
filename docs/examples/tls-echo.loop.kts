// A TLS server and its client, with a certificate made for this run.

import io.greenloop.net.ServerOptions
import io.greenloop.net.TlsOptions
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyStore
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.TrustManagerFactory

val password = "secret"

/** A key, and a certificate that it has signed itself, in a new key store. */
fun makeKeyStore(file: Path) {
  val keytool = Path.of(System.getProperty("java.home"), "bin", "keytool")
  val made =
    exec(
      *"$keytool -genkeypair -alias own -keyalg EC -validity 1".split(' ').toTypedArray(),
      *"-dname CN=localhost -ext SAN=dns:localhost".split(' ').toTypedArray(),
      *"-storepass $password -keystore $file".split(' ').toTypedArray(),
    )
  check(made.exitCode() == 0) { made.text() + made.errorText() }
}

/** For a server: its key. */
fun serverContext(store: KeyStore): SSLContext {
  val keys = KeyManagerFactory.getInstance("PKIX")
  keys.init(store, password.toCharArray())
  return SSLContext.getInstance("TLS").apply { init(keys.keyManagers, null, null) }
}

/** For a client that trusts this one certificate, and no other. */
fun clientContext(store: KeyStore): SSLContext {
  val trusted = KeyStore.getInstance("PKCS12")
  trusted.load(null)
  trusted.setCertificateEntry("server", store.getCertificate("own"))
  val trust = TrustManagerFactory.getInstance("PKIX")
  trust.init(trusted)
  return SSLContext.getInstance("TLS").apply { init(null, trust.trustManagers, null) }
}

val file = Files.createTempDirectory("tls-echo").resolve("own.p12")
makeKeyStore(file)
val store = KeyStore.getInstance(file.toFile(), password.toCharArray())
Files.delete(file)
Files.delete(file.parent)

val tls = ServerOptions.DEFAULT.withTls(TlsOptions.server(serverContext(store)))
val server =
  server(0, "localhost", tls) { connection ->
    connection.lines().collect { connection.send("$it\n") }
  }
loop {
  connect("localhost", server.port, TlsOptions.client(clientContext(store))).use { connection ->
    connection.send("hello\n")
    println(connection.lines().first())
    println(connection.tls().orElseThrow().version())
  }
  server.stop(1.seconds)
}
