package io.greenloop.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EchoServersTest {
  @Test
  void theReactorServesAThousandConnections() {
    assertThat(outputOf(() -> ReactorEchoServer.main(new String[0])))
        .isEqualTo("reactor: 1000 connections at once, 3000 messages echoed");
  }

  @Test
  void theProactorServesAThousandConnections() {
    assertThat(outputOf(() -> ProactorEchoServer.main(new String[0])))
        .isEqualTo("proactor: 1000 connections at once, 3000 messages echoed");
  }

  private static String outputOf(Runnable program) {
    PrintStream former = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(former);
    }
    return printed.toString(StandardCharsets.UTF_8).strip();
  }
}
