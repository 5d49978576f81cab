package io.greenloop.greenlet;

import java.io.IOException;
import java.io.InputStream;
import java.lang.StackWalker.StackFrame;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.reflect.AccessFlag;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether a frame is inside a {@code synchronized} method or block, or between the {@code lock()}
 * and the {@code unlock()} of a lock, read from the code of its class: for JVMs whose own frames,
 * which know it, are closed to us. Any thread.
 *
 * <p>A lock counts if it was taken on every way to the place; one that a method takes for its
 * caller is not seen, nor one of {@code tryLock}.
 */
final class HeldByCode {
  private static final byte[] NO_CODE = {};

  private static final Set<String> LOCKS =
      Set.of(
          "java/util/concurrent/locks/Lock",
          "java/util/concurrent/locks/ReentrantLock",
          "java/util/concurrent/locks/ReentrantReadWriteLock$WriteLock");

  private record Place(String method, String descriptor, int bci) {}

  /** How many monitors and locks an instruction stands in. */
  private record Held(int monitors, int locks) {
    static final Held NOTHING = new Held(0, 0);

    Held least(Held other) {
      return new Held(Math.min(monitors, other.monitors), Math.min(locks, other.locks));
    }
  }

  /** Kept by the classes themselves, so that their loaders can go. */
  private static final ClassValue<Map<Place, Held>> KNOWN =
      new ClassValue<>() {
        @Override
        protected Map<Place, Held> computeValue(Class<?> type) {
          return new ConcurrentHashMap<>();
        }
      };

  private HeldByCode() {}

  static boolean aMonitor(StackFrame frame) {
    return by(frame).monitors > 0;
  }

  static boolean aLock(StackFrame frame) {
    return by(frame).locks > 0;
  }

  private static Held by(StackFrame frame) {
    Class<?> type = frame.getDeclaringClass();
    var place = new Place(frame.getMethodName(), frame.getDescriptor(), frame.getByteCodeIndex());
    Map<Place, Held> known = KNOWN.get(type);
    Held held = known.get(place);
    if (held == null) {
      held = read(type, place); // runs code of the class loader, which may come back here
      known.put(place, held);
    }
    return held;
  }

  private static Held read(Class<?> type, Place place) {
    byte[] code = codeOf(type);
    try {
      return code.length == 0 ? Held.NOTHING : heldAt(ClassFile.of().parse(code), place);
    } catch (IllegalArgumentException garbled) {
      return Held.NOTHING;
    }
  }

  private static byte[] codeOf(Class<?> type) {
    String file = type.getName().replaceFirst(".*\\.", "") + ".class";
    try (InputStream code = type.getResourceAsStream(file)) {
      return code == null ? NO_CODE : code.readAllBytes(); // none: it was made at run time
    } catch (IOException unreadable) {
      return NO_CODE;
    }
  }

  private static Held heldAt(ClassModel type, Place place) {
    for (MethodModel method : type.methods()) {
      if (method.methodName().equalsString(place.method)
          && method.methodType().equalsString(place.descriptor)) {
        Held before = new Held(method.flags().has(AccessFlag.SYNCHRONIZED) ? 1 : 0, 0);
        return method
            .findAttribute(Attributes.code())
            .map(body -> new Ways(body, before).at(place.bci))
            .orElse(before);
      }
    }
    return Held.NOTHING;
  }

  /** What each instruction of a method stands in, by following what may come next. */
  private static final class Ways {
    private final CodeAttribute code;
    private final TreeMap<Integer, Instruction> instructions = new TreeMap<>();
    private final List<ExceptionCatch> handlers = new ArrayList<>();
    private final Map<Integer, Held> found = new TreeMap<>();
    private final ArrayDeque<Integer> open = new ArrayDeque<>();

    Ways(CodeAttribute code, Held before) {
      this.code = code;
      int bci = 0;
      for (CodeElement element : code) {
        if (element instanceof Instruction instruction) {
          instructions.put(bci, instruction);
          bci += instruction.sizeInBytes();
        } else if (element instanceof ExceptionCatch handler) {
          handlers.add(handler);
        }
      }
      reach(0, before);
      while (!open.isEmpty()) {
        follow(open.remove());
      }
    }

    Held at(int bci) {
      return found.getOrDefault(bci, Held.NOTHING);
    }

    /** It ends: what is found at a place only gets less. */
    private void reach(@Nullable Integer bci, Held held) {
      if (bci == null) {
        return;
      }
      Held before = found.get(bci);
      Held least = before == null ? held : held.least(before);
      if (!least.equals(before)) {
        found.put(bci, least);
        open.add(bci);
      }
    }

    private void reach(Label label, Held held) {
      reach(code.labelToBci(label), held);
    }

    private void follow(int bci) {
      Held before = at(bci);
      for (ExceptionCatch handler : handlers) {
        if (code.labelToBci(handler.tryStart()) <= bci && bci < code.labelToBci(handler.tryEnd())) {
          reach(handler.handler(), before);
        }
      }
      Instruction instruction = Objects.requireNonNull(instructions.get(bci));
      Held after =
          new Held(
              Math.max(0, before.monitors + monitors(instruction)),
              Math.max(0, before.locks + locks(instruction)));
      Integer next = instructions.higherKey(bci);
      switch (instruction) {
        case BranchInstruction branch -> {
          reach(branch.target(), after);
          if (branch.opcode() != Opcode.GOTO && branch.opcode() != Opcode.GOTO_W) {
            reach(next, after);
          }
        }
        case TableSwitchInstruction table -> reach(table.cases(), table.defaultTarget(), after);
        case LookupSwitchInstruction table -> reach(table.cases(), table.defaultTarget(), after);
        case ReturnInstruction end -> {}
        case ThrowInstruction end -> {}
        default -> reach(next, after);
      }
    }

    private static int monitors(Instruction instruction) {
      return switch (instruction.opcode()) {
        case MONITORENTER -> 1;
        case MONITOREXIT -> -1;
        default -> 0;
      };
    }

    private static int locks(Instruction instruction) {
      if (!(instruction instanceof InvokeInstruction call)
          || !LOCKS.contains(call.owner().asInternalName())) {
        return 0;
      }
      return switch (call.name().stringValue()) {
        case "lock", "lockInterruptibly" -> 1;
        case "unlock" -> -1;
        default -> 0;
      };
    }

    private void reach(List<SwitchCase> cases, Label otherwise, Held held) {
      cases.forEach(each -> reach(each.target(), held));
      reach(otherwise, held);
    }
  }
}
