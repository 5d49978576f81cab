package io.greenloop.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.Aio;
import io.greenloop.net.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TlsEchoServerTest {
  @TempDir static Path folder;
  private static SSLContext context;

  @BeforeAll
  static void makeKey() throws Exception {
    run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair -keyalg EC -alias own -dname CN=localhost -ext SAN=dns:localhost"
            + " -storepass secret -keystore",
        store().toString());
    // A client trusts what stands in its store by itself, without a key.
    run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-exportcert -rfc -alias own -storepass secret -file",
        pem().toString(),
        "-keystore",
        store().toString());
    run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-importcert -noprompt -alias trusted -storepass secret -file",
        pem().toString(),
        "-keystore",
        store().toString());
    context = TlsEchoServer.context(store(), "secret".toCharArray());
  }

  private static Path store() {
    return folder.resolve("own.p12");
  }

  private static Path pem() {
    return folder.resolve("own.pem");
  }

  private static String run(String command, String... arguments) throws Exception {
    var words = new java.util.ArrayList<String>();
    words.add(command);
    for (String each : arguments) {
      words.addAll(
          each.startsWith("-") ? java.util.List.of(each.split(" ")) : java.util.List.of(each));
    }
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void itAnswersItsOwnClient() {
    Aio.run(
        () -> {
          try (Server server = TlsEchoServer.start(context, 0)) {
            assertThat(TlsEchoServer.ask(context, port(server), "hello"))
                .isEqualTo("TLSv1.3: hello");
          }
        });
  }

  @Test
  void itAnswersOpenssl() throws Exception {
    assumeTrue(hasOpenssl(), "openssl is not installed");
    Aio.run(
        () -> {
          try (Server server = TlsEchoServer.start(context, 0)) {
            String output = Aio.toThread(() -> talk(port(server))).join();
            assertThat(output).contains("ALPN protocol: echo").contains("\nhello\n");
          }
        });
  }

  private static String talk(int port) throws IOException, InterruptedException {
    Process client =
        new ProcessBuilder(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + port,
                "-alpn",
                "echo",
                "-CAfile",
                pem().toString())
            .redirectErrorStream(true)
            .start();
    client.getOutputStream().write("hello\n".getBytes(US_ASCII));
    client.getOutputStream().flush();
    var output = new StringBuilder();
    byte[] some = new byte[4096];
    boolean quits = false;
    for (int n = client.getInputStream().read(some);
        n >= 0;
        n = client.getInputStream().read(some)) {
      output.append(new String(some, 0, n, US_ASCII));
      if (!quits && output.indexOf("\nhello\n") >= 0) {
        quits = true;
        client.getOutputStream().write("Q\n".getBytes(US_ASCII));
        client.getOutputStream().flush();
      }
    }
    client.waitFor();
    return output.toString();
  }

  private static boolean hasOpenssl() {
    try {
      return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  private static int port(Server server) {
    return ((InetSocketAddress) server.localAddresses().getFirst()).getPort();
  }
}
