package io.greenloop.examples;

import static java.lang.IO.print;
import static java.lang.IO.println;

import io.greenloop.ContextVar;
import io.greenloop.TaskContext;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.greenlet.GreenletLocal;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** Tools around greenlets; {@code greenlet-tools.py} is the original. */
@NullUnmarked // a switch carries anything, as in Python
public final class GreenletTools {
  private GreenletTools() {}

  // 7: killing a worker
  private static void kill() {
    var g =
        new Greenlet(
            args -> {
              try {
                return Greenlet.current().getParent().switchTo();
              } finally {
                println("7 cleanup");
              }
            });
    g.switchTo();
    g.close();
    println("7 dead: " + (g.isDead() ? "yes" : "no"));
  }

  // 11: a value for each greenlet
  private static void local() {
    var sum = GreenletLocal.withInitial(() -> 0);
    Greenlet.Body worker =
        args -> {
          for (int i = 0; i < 2; i++) {
            sum.set(sum.get() + (int) args[1]);
            Greenlet.current().getParent().switchTo();
          }
          return args[0] + "=" + sum.get();
        };
    var a = new Greenlet(worker);
    var b = new Greenlet(worker);
    a.switchTo("a", 1);
    b.switchTo("b", 10);
    a.switchTo();
    b.switchTo();
    println("11 " + a.switchTo() + " " + b.switchTo());
  }

  // 12: a subclass with a body and a result
  private static final class Job extends Greenlet {
    int result;

    @Override
    protected @Nullable Object run(@Nullable Object... args) {
      getParent().switchTo("started");
      result = (int) args[0] + (int) args[1];
      return null;
    }
  }

  private static void subclass() {
    var job = new Job();
    print("12 " + job.switchTo(2, 3) + " ");
    job.switchTo();
    println(job.result);
  }

  // 13: where does everybody wait?
  private static @Nullable Object inner() {
    return Greenlet.current().getParent().switchTo();
  }

  private static @Nullable Object outer() {
    return inner();
  }

  private static void frames() {
    var waiting = List.of(new Greenlet(args -> outer()), new Greenlet(args -> outer()));
    waiting.forEach(Greenlet::switchTo);
    for (Greenlet g : Greenlet.suspended()) {
      StackTraceElement[] stack = g.getStackTrace();
      println("13 waits in " + stack[0].getMethodName() + " called by " + stack[1].getMethodName());
    }
    waiting.forEach(Greenlet::close);
  }

  // 14: who runs longest without a switch?
  private static void tracer() {
    int[] clock = new int[1];
    int[] last = new int[1];
    Map<String, Integer> longest = new HashMap<>();
    Map<Greenlet, String> names = new IdentityHashMap<>();
    Greenlet.Body work =
        args -> {
          names.put(Greenlet.current(), (String) args[0]);
          for (int i = 1; i < args.length; i++) {
            clock[0] += (int) args[i];
            Greenlet.current().getParent().switchTo();
          }
          return null;
        };
    names.put(Greenlet.current(), "main");
    var quick = new Greenlet(work);
    var slow = new Greenlet(work);
    Greenlet.setTrace(
        (event, origin, target) -> {
          longest.merge(names.get(origin), clock[0] - last[0], Math::max);
          last[0] = clock[0];
        });
    quick.switchTo("quick", 1, 2);
    slow.switchTo("slow", 5, 90);
    List.of(quick, slow, quick, slow).forEach(Greenlet::switchTo);
    Greenlet.setTrace(null);
    println("14 quick:" + longest.get("quick") + " slow:" + longest.get("slow"));
  }

  // 16: context variables are handed down by hand
  private static void context() {
    var request = ContextVar.create("request", "none");
    request.set("request 7");
    var bare = new Greenlet(args -> request.get());
    var heir = new Greenlet(args -> request.get()).withContext(TaskContext.current().copy());
    println("16 bare: " + bare.switchTo() + ", heir: " + heir.switchTo());
  }

  /** Runs all of them. */
  public static void main(String[] args) {
    kill();
    local();
    subclass();
    frames();
    tracer();
    context();
  }
}
