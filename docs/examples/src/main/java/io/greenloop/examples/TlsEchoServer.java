package io.greenloop.examples;

import static java.lang.IO.println;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.Aio;
import io.greenloop.net.Server;
import io.greenloop.net.ServerOptions;
import io.greenloop.net.Stream;
import io.greenloop.net.Streams;
import io.greenloop.net.TlsInfo;
import io.greenloop.net.TlsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * An echo server behind TLS. Its key and certificate are in a key store, such as this makes:
 *
 * <pre>{@code
 * keytool -genkeypair -keyalg EC -alias own -dname CN=localhost -ext SAN=dns:localhost \
 *   -keystore own.p12 -storepass secret
 * }</pre>
 */
public final class TlsEchoServer {
  private TlsEchoServer() {}

  /** What is in {@code file}: the key of a server, or the certificates that a client trusts. */
  static SSLContext context(Path file, char[] password)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(file.toFile(), password);
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(store, password);
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  /** Serves on a port of the loopback interface, 0 for any. */
  static Server start(SSLContext context, int port) throws IOException {
    TlsOptions tls =
        TlsOptions.server(context)
            .withApplicationProtocols("echo")
            .withHandshakeTimeout(Duration.ofSeconds(10));
    return Streams.startServer(
        TlsEchoServer::echo,
        ServerOptions.DEFAULT.withTls(tls),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private static void echo(Stream stream) throws IOException {
    for (byte[] line = stream.reader().readLine();
        line.length > 0;
        line = stream.reader().readLine()) {
      stream.writer().write(line);
    }
  }

  /** What the server at {@code port} answers to {@code line}, and how it was spoken to. */
  static String ask(SSLContext trusted, int port, String line) throws IOException {
    TlsOptions options = TlsOptions.client(trusted).withApplicationProtocols("echo");
    try (Stream stream = Aio.openConnection("localhost", port, options)) {
      stream.writer().write((line + "\n").getBytes(UTF_8));
      TlsInfo tls = stream.tls().orElseThrow();
      return tls.version() + ": " + new String(stream.reader().readLine(), UTF_8).strip();
    }
  }

  /**
   * Runs it until it is interrupted.
   *
   * @param args the key store, its password, the port
   */
  public static void main(String[] args) {
    Aio.run(
        () -> {
          SSLContext context = context(Path.of(args[0]), args[1].toCharArray());
          try (Server server = start(context, Integer.parseInt(args[2]))) {
            println("listening on " + server.localAddresses());
            server.serveForever();
          }
        });
  }
}
