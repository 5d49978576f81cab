package io.greenloop.examples.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.GeventProcess;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

/** What jobs do beside the loop: on a thread, or in a process. */
final class BlockingKinds {
  static final Map<String, Kinds.Kind> ALL =
      Map.of("digest", BlockingKinds::digest, "shell", BlockingKinds::shell);

  private BlockingKinds() {}

  private static String hashed(int rounds, String text) throws GeneralSecurityException {
    var sha = MessageDigest.getInstance("SHA-256");
    String hash = text;
    for (int i = 0; i < rounds; i++) {
      hash = HexFormat.of().formatHex(sha.digest(hash.getBytes(UTF_8)));
    }
    return hash.substring(0, 12);
  }

  /** Nothing switches in there, so it runs on a thread. */
  private static String digest(String argument) {
    String[] words = argument.split(" ", 2);
    int rounds = Integer.parseInt(words[0]);
    return Gevent.hub().threadPool().apply(() -> hashed(rounds, words[1]));
  }

  private static String shell(String argument) throws Exception {
    var command =
        new ProcessBuilder("sh", "-c", argument)
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true);
    try (var process = GeventProcess.start(command)) { // its end is the end of the process
      var output = process.communicate(null);
      if (output.exitCode() != 0) {
        throw new Refused("exit code " + output.exitCode());
      }
      return output.text().strip().replaceAll("\\s+", " ");
    }
  }
}
