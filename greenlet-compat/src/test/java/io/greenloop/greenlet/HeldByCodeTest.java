package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** What is known of classes whose loader is the user's. */
public class HeldByCodeTest {
  /** A copy of it is loaded by a loader of its own. */
  public static final class Asker implements Callable<Boolean> {
    @Override
    public synchronized Boolean call() {
      return HeldByCodeTest.callerHolds();
    }
  }

  public static boolean callerHolds() {
    return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(frames -> HeldByCode.aMonitor(frames.skip(1).findFirst().orElseThrow()));
  }

  /** Runs {@link #whenAsked} each time somebody wants a class file from it. */
  private static final class Copies extends ClassLoader {
    private final byte[] code;
    Callable<?> whenAsked = () -> null;

    Copies() throws IOException {
      super(HeldByCodeTest.class.getClassLoader());
      try (InputStream in = Asker.class.getResourceAsStream("HeldByCodeTest$Asker.class")) {
        code = in.readAllBytes();
      }
    }

    @SuppressWarnings("unchecked")
    Callable<Boolean> asker() throws ReflectiveOperationException {
      Class<?> copy = defineClass(Asker.class.getName(), code, 0, code.length);
      return (Callable<Boolean>) copy.getDeclaredConstructor().newInstance();
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      try {
        whenAsked.call();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      return new ByteArrayInputStream(code);
    }
  }

  @Test
  void aLoaderMayAskForTheSamePlaceWhileItIsAskedForTheClassFile() throws Exception {
    var loader = new Copies();
    Callable<Boolean> asker = loader.asker();
    loader.whenAsked =
        () -> {
          loader.whenAsked = () -> null;
          return asker.call();
        };

    assertThat(asker.call()).isTrue();
  }

  @Test
  void aLoaderIsCollectedAlthoughOneOfItsPlacesIsKnown() throws Exception {
    WeakReference<ClassLoader> loader = askedOnce();

    for (int i = 0; i < 20 && loader.get() != null; i++) {
      System.gc();
    }

    assertThat(loader.get()).isNull();
  }

  private static WeakReference<ClassLoader> askedOnce() throws Exception {
    var loader = new Copies();
    assertThat(loader.asker().call()).isTrue();
    return new WeakReference<>(loader);
  }
}
