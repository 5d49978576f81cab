package io.greenloop.internal.visit;

import io.greenloop.inspect.TaskDump;
import io.greenloop.internal.watch.Chore;
import io.greenloop.internal.watch.Watch;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The side of the JVM that is asked. A question has two lines: what is asked for ({@code table},
 * {@code tree}, {@code text}, {@code json}), and the file for the answer, in a folder of the asker
 * that nobody else may enter.
 */
public final class Visits implements Chore {
  /** The system property that holds the path of the question. */
  public static final String PROPERTY = "greenloop.inspect.question";

  private final Path question =
      Path.of(System.getProperty("java.io.tmpdir"))
          .resolve("greenloop-question-" + ProcessHandle.current().pid());
  private @Nullable UserPrincipal user;

  /** Made by the watchdog. */
  public Visits() {
    System.setProperty(PROPERTY, question.toAbsolutePath().toString());
  }

  @Override
  public void look(Collection<Watch> running) {
    if (!Files.exists(question, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      boolean ours = isOurs();
      List<String> lines = ours ? Files.readAllLines(question) : List.of();
      Files.delete(question);
      if (lines.size() == 2) {
        answer(lines.get(0), Path.of(lines.get(1)));
      }
    } catch (IOException | RuntimeException e) {
      System.getLogger("io.greenloop")
          .log(Level.WARNING, "a question from outside (" + question + ") was not answered", e);
    }
  }

  private boolean isOurs() throws IOException {
    if (user == null) {
      Path mine = Files.createTempFile("greenloop", null);
      user = Files.getOwner(mine);
      Files.delete(mine);
    }
    var what = Files.readAttributes(question, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return what.isRegularFile() && Files.getOwner(question, LinkOption.NOFOLLOW_LINKS).equals(user);
  }

  private static void answer(String kind, Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(part, dump(kind));
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String dump(String kind) {
    TaskDump dump = TaskDump.capture();
    return switch (kind) {
      case "table" -> dump.table();
      case "tree" -> dump.tree();
      case "text" -> dump.text();
      case "json" -> dump.json();
      default -> "this version of Greenloop knows no '" + kind + "'";
    };
  }
}
