package io.greenloop.net;

import static io.greenloop.net.Certificates.AUTHORITY;
import static io.greenloop.net.Certificates.localhost;
import static io.greenloop.net.Certificates.trusting;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.net.TlsOptions.ClientAuth;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSL on the other side. */
@Timeout(120)
class TlsPeersTest {
  @TempDir Path folder;

  @BeforeAll
  static void opensslIsThere() {
    boolean there = false;
    try {
      Process version = new ProcessBuilder("openssl", "version").start();
      there =
          new String(version.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
              .matches("(?s)OpenSSL [3-9].*");
    } catch (IOException notInstalled) {
      // The assumption says it.
    }
    assumeTrue(there, "openssl 3 is not installed");
  }

  /** An openssl command whose output is collected while it runs. */
  private static final class OpenSsl implements AutoCloseable {
    private final Process process;
    private final StringBuffer output = new StringBuffer();
    private final Thread reader;

    OpenSsl(String... arguments) throws IOException {
      var command = new ArrayList<>(List.of("openssl"));
      command.addAll(List.of(arguments));
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
      reader = Thread.ofPlatform().daemon().start(this::collect);
    }

    private void collect() {
      try (InputStream in = process.getInputStream()) {
        byte[] some = new byte[8192];
        for (int n = in.read(some); n >= 0; n = in.read(some)) {
          output.append(new String(some, 0, n, StandardCharsets.ISO_8859_1));
        }
      } catch (IOException ended) {
        // The process has ended.
      }
    }

    void say(String text) throws Exception {
      Aio.toThread(
              () -> {
                process.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
                process.getOutputStream().flush();
                return 0;
              })
          .join();
    }

    /** What comes first that matches {@code pattern}, soon. */
    Matcher expect(String pattern) {
      Pattern compiled = Pattern.compile(pattern);
      try {
        return Aio.timeout(
            Duration.ofSeconds(40),
            () -> {
              for (; ; ) {
                Matcher found = compiled.matcher(output.toString());
                if (found.find()) {
                  return found;
                }
                Aio.sleep(Duration.ofMillis(2));
              }
            });
      } catch (io.greenloop.AsyncTimeoutException e) {
        throw new AssertionError(pattern + " did not come; this did:\n" + output, e);
      }
    }

    /** Its exit code. */
    int ended() {
      return Aio.toThread(
              () -> {
                process.waitFor(40, TimeUnit.SECONDS);
                reader.join(10_000);
                return process.exitValue();
              })
          .join();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static void echo(Stream stream) throws Exception {
    for (byte[] line = stream.reader().readLine();
        line.length > 0;
        line = stream.reader().readLine()) {
      stream.writer().write(line);
    }
  }

  private OpenSsl client(Server server, String... more) throws Exception {
    var arguments =
        new ArrayList<>(
            List.of(
                "s_client",
                "-connect",
                "127.0.0.1:" + TlsConversation.port(server),
                "-servername",
                "localhost",
                "-verify_return_error",
                "-CAfile",
                AUTHORITY.toPem(folder, "authority.pem").toString()));
    arguments.addAll(List.of(more));
    return new OpenSsl(arguments.toArray(String[]::new));
  }

  private OpenSsl server(String... more) throws Exception {
    String own = AUTHORITY.issue("localhost", "127.0.0.1").toPem(folder, "own.pem").toString();
    var arguments =
        new ArrayList<>(List.of("s_server", "-accept", "127.0.0.1:0", "-cert", own, "-key"));
    arguments.add(own);
    arguments.addAll(List.of(more));
    return new OpenSsl(arguments.toArray(String[]::new));
  }

  private static Stream connect(OpenSsl server, TlsOptions options) throws Exception {
    int port = Integer.parseInt(server.expect("ACCEPT [0-9.]+:(\\d+)").group(1));
    return Aio.openConnection("127.0.0.1", port, options);
  }

  private interface Serving {
    void run(Server server) throws Exception;
  }

  private static void serving(TlsOptions options, Serving body) {
    Aio.run(
        () -> {
          Server server = TlsConversation.serve(options, TlsPeersTest::echo);
          body.run(server);
          server.close();
          server.awaitClosed();
          TlsConversation.settle();
        });
  }

  // ---- OpenSSL as the client ---------------------------------------------------------------

  @Test
  @Parity("TLS-7")
  void itsClientChangesKeysInTheMiddleOfAConversation() {
    serving(
        localhost(),
        server -> {
          try (OpenSsl client = client(server)) {
            client.expect("Verify return code: 0 \\(ok\\)");
            String[] commands = {"K\n", "k\n", "K\n"};
            for (int i = 0; i < commands.length; i++) {
              client.say("before " + i + "\n");
              client.expect("before " + i + "\n(?s:.*)"); // its echo
              client.say(commands[i]);
              client.expect("(?s)(KEYUPDATE.*){" + (i + 1) + "}");
              client.say("after " + i + "\n");
              client.expect("after " + i + "\n");
            }
            client.say("Q\n");
            assertThat(client.ended()).isZero();
          }
        });
  }

  @Test
  void itsClientMayNotRenegotiate() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Server server = TlsConversation.serve(localhost(), TlsPeersTest::echo);
            try (OpenSsl client = client(server, "-tls1_2", "-legacy_server_connect")) {
              client.expect("Verify return code: 0 \\(ok\\)");
              client.say("first\n");
              client.expect("\nfirst\n");
              client.say("R\n");
              client.ended();
            }
            server.close();
            server.awaitClosed();
            TlsConversation.settle();
          });
      assertThat(t.errorMessages()).singleElement().asString().startsWith("the handler of tcp ");
      assertThat(t.errors().getFirst().exception())
          .hasMessageContaining("the client asked to renegotiate, which is refused");
    }
  }

  @Test
  void itsClientResumesASession() {
    for (String version : new String[] {"-tls1_2", "-tls1_3"}) {
      serving(
          localhost(),
          server -> {
            Path session = folder.resolve("session" + version);
            try (OpenSsl client = client(server, version, "-sess_out", session.toString())) {
              client.expect("Verify return code: 0 \\(ok\\)");
              client.say("hello\n");
              client.expect("\nhello\n");
              client.say("Q\n");
              client.ended();
            }
            assertThat(Files.size(session)).isPositive();
            try (OpenSsl client = client(server, version, "-sess_in", session.toString())) {
              client.expect("Reused, TLSv1");
              client.say("Q\n");
              client.ended();
            }
          });
    }
  }

  @Test
  void itsClientShowsACertificateAndAsksForAnApplicationProtocol() {
    serving(
        localhost().withClientAuth(ClientAuth.NEEDED).withApplicationProtocols("echo"),
        server -> {
          String own = AUTHORITY.issue("client.example").toPem(folder, "client.pem").toString();
          try (OpenSsl client = client(server, "-cert", own, "-key", own, "-alpn", "echo")) {
            client.expect("ALPN protocol: echo");
            client.say("hello\n");
            client.expect("\nhello\n");
            client.say("Q\n");
            assertThat(client.ended()).isZero();
          }
        });
  }

  @Test
  void itsClientGetsMuchAndAnOrderlyEnd() {
    byte[] much = "0123456789abcde\n".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
    Aio.run(
        () -> {
          Server server = TlsConversation.serve(localhost(), stream -> stream.writer().write(much));
          try (OpenSsl client = client(server, "-quiet")) {
            assertThat(client.ended()).isZero();
            Matcher all = client.expect("(?:0123456789abcde\n){100000}");
            assertThat(all.group()).hasSize(much.length);
          }
          server.close();
          server.awaitClosed();
          TlsConversation.settle();
        });
  }

  // ---- OpenSSL as the server ---------------------------------------------------------------

  @Test
  void itsServerChangesKeysAndTakesOurWord() {
    Aio.run(
        () -> {
          try (OpenSsl server = server();
              Stream client = connect(server, trusting())) {
            server.expect("CIPHER is TLS_");
            for (String command : new String[] {"K\n", "k\n"}) {
              client.writer().write(bytes("from us " + command));
              server.expect("from us " + command);
              server.say(command);
              client.writer().write(bytes("after " + command)); // else it may take both for one
              server.expect("after " + command);
              server.say("from them\n");
              assertThat(text(client.reader().readLine())).isEqualTo("from them\n");
            }
            server.say("q\n"); // ends itself, and TLS not at all
            assertThatThrownBy(() -> client.reader().readAll())
                .isExactlyInstanceOf(TlsTruncationException.class);
          }
          TlsConversation.settle();
        });
  }

  @Test
  @Parity("TLS-7")
  void itsServerMayAskForAnotherHandshakeWithTls12() {
    Aio.run(
        () -> {
          try (OpenSsl server = server("-tls1_2");
              Stream client = connect(server, trusting())) {
            client.writer().write(bytes("before\n"));
            server.expect("before\n");
            server.say("r\n");
            client.writer().write(bytes("between\n")); // else it may take both for one command
            server.expect("between\n");
            server.say("from them\n"); // goes out behind its question
            assertThat(text(client.reader().readLine())).isEqualTo("from them\n");
            for (int i = 0; i < 20; i++) {
              client.writer().write(bytes("after " + i + "\n"));
              server.expect("after " + i + "\n");
            }
            server.say("more from them\n");
            assertThat(text(client.reader().readLine())).isEqualTo("more from them\n");
          }
          TlsConversation.settle();
        });
  }

  @Test
  void itsServerLetsUsResumeASession() {
    Aio.run(
        () -> {
          try (OpenSsl server = server("-rev")) {
            TlsOptions options = trusting();
            var times = new ArrayList<Long>();
            for (int i = 0; i < 3; i++) {
              Stream client = connect(server, options);
              client.writer().write(bytes("abc\n"));
              assertThat(text(client.reader().readLine())).isEqualTo("cba\n");
              times.add(client.tls().orElseThrow().session().getCreationTime());
              client.close();
              client.awaitClosed();
              Aio.sleep(Duration.ofMillis(2));
            }
            assertThat(times).containsOnly(times.getFirst());
          }
          TlsConversation.settle();
        });
  }

  @Test
  void plainTextInTheMiddleOfAConversationIsNotTakenForData() {
    Aio.run(
        () -> {
          try (OpenSsl server = server();
              Stream client = connect(server, trusting())) {
            client.writer().write(bytes("hello\n"));
            server.expect("hello\n");
            server.say("P\n"); // writes past TLS

            assertThatThrownBy(() -> client.reader().readLine())
                .isInstanceOf(javax.net.ssl.SSLException.class)
                .hasMessageStartingWith("read on " + client + ": ");
          }
          TlsConversation.settle();
        });
  }

  @Test
  void itsServerRefusesUsWithoutACertificate() {
    Aio.run(
        () -> {
          String authority = AUTHORITY.toPem(folder, "authority.pem").toString();
          try (OpenSsl server = server("-Verify", "2", "-CAfile", authority, "-tls1_2")) {
            assertThatThrownBy(() -> connect(server, trusting()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("TLS handshake on tcp ")
                .hasMessageContaining("the other side refused: handshake_failure");
            try (Stream client =
                connect(
                    server,
                    TlsOptions.client(AUTHORITY.context(AUTHORITY.issue("client.example"))))) {
              client.writer().write(bytes("hello\n"));
              server.expect("hello\n");
            }
          }
          TlsConversation.settle();
        });
  }

  // ---- transports --------------------------------------------------------------------------

  private static final class Echo extends Recorder {
    @Override
    public void dataReceived(ByteBuffer data) {
      Objects.requireNonNull(transport).write(data);
    }
  }

  @Test
  @Parity("AC-ssl.1")
  void itsClientTalksToAProtocol() {
    Aio.run(
        () -> {
          ServerOptions options = ServerOptions.DEFAULT.withTls(localhost());
          Server server =
              EventLoop.current()
                  .listen(ListenOptions.on(Loopback.anyPort()).with(options), Echo::new);
          try (OpenSsl client = client(server)) {
            client.expect("Verify return code: 0 \\(ok\\)");
            client.say("before\n");
            client.expect("\nbefore\n");
            client.say("K\n");
            client.expect("KEYUPDATE");
            client.say("after\n");
            client.expect("\nafter\n");
            client.say("Q\n");
            assertThat(client.ended()).isZero();
          }
          server.close();
          server.awaitClosed();
          TlsConversation.settle();
        });
  }

  @Test
  @Parity("TLS-3")
  void aProtocolTalksToItsServerAndBothEndInGoodOrder() {
    Aio.run(
        () -> {
          try (OpenSsl server = server()) {
            int port = Integer.parseInt(server.expect("ACCEPT [0-9.]+:(\\d+)").group(1));
            var protocol = new Recorder();
            Transport transport =
                EventLoop.current()
                    .connect(ConnectOptions.to("127.0.0.1", port), trusting(), () -> protocol)
                    .join()
                    .transport();
            transport.write(bytes("to openssl\n"));
            server.expect("to openssl");
            server.say("from openssl\n");
            while (protocol.trail.size() < 2) {
              Aio.yieldNow();
            }
            transport.close();
            server.expect("DONE"); // it has seen our end, and answers it
            while (protocol.trail.size() < 4) {
              Aio.yieldNow();
            }
            assertThat(protocol.trail)
                .containsExactly("made", "from openssl\n", "eof", "lost well");
          }
          TlsConversation.settle();
        });
  }
}
