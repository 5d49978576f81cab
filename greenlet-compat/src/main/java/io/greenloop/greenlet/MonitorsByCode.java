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
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether a frame is inside a {@code synchronized} method or block, read from the code of its
 * class: for JVMs whose own frames, which know it, are closed to us. Any thread.
 */
final class MonitorsByCode {
  private static final byte[] NO_CODE = {};

  private record Place(String method, String descriptor, int bci) {}

  /** Kept by the classes themselves, so that their loaders can go. */
  private static final ClassValue<Map<Place, Boolean>> KNOWN =
      new ClassValue<>() {
        @Override
        protected Map<Place, Boolean> computeValue(Class<?> type) {
          return new ConcurrentHashMap<>();
        }
      };

  private MonitorsByCode() {}

  static boolean holds(StackFrame frame) {
    Class<?> type = frame.getDeclaringClass();
    var place = new Place(frame.getMethodName(), frame.getDescriptor(), frame.getByteCodeIndex());
    Map<Place, Boolean> known = KNOWN.get(type);
    Boolean holds = known.get(place);
    if (holds == null) {
      holds = read(type, place); // runs code of the class loader, which may come back here
      known.put(place, holds);
    }
    return holds;
  }

  private static boolean read(Class<?> type, Place place) {
    byte[] code = codeOf(type);
    try {
      return code.length > 0 && isInside(ClassFile.of().parse(code), place);
    } catch (IllegalArgumentException garbled) {
      return false;
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

  private static boolean isInside(ClassModel type, Place place) {
    for (MethodModel method : type.methods()) {
      if (method.methodName().equalsString(place.method)
          && method.methodType().equalsString(place.descriptor)) {
        return method.flags().has(AccessFlag.SYNCHRONIZED)
            || method
                .findAttribute(Attributes.code())
                .map(body -> new Depths(body).at(place.bci) > 0)
                .orElse(false);
      }
    }
    return false;
  }

  /** How many blocks each instruction of a method stands in, by following what may come next. */
  private static final class Depths {
    private final CodeAttribute code;
    private final TreeMap<Integer, Instruction> instructions = new TreeMap<>();
    private final List<ExceptionCatch> handlers = new ArrayList<>();
    private final Map<Integer, Integer> depths = new TreeMap<>();
    private final ArrayDeque<Integer> open = new ArrayDeque<>();

    Depths(CodeAttribute code) {
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
      reach(0, 0);
      while (!open.isEmpty()) {
        follow(open.remove());
      }
    }

    int at(int bci) {
      return depths.getOrDefault(bci, 0);
    }

    private void reach(@Nullable Integer bci, int depth) {
      if (bci != null && depths.putIfAbsent(bci, depth) == null) {
        open.add(bci);
      }
    }

    private void reach(Label label, int depth) {
      reach(code.labelToBci(label), depth);
    }

    private void follow(int bci) {
      int before = at(bci);
      for (ExceptionCatch handler : handlers) {
        if (code.labelToBci(handler.tryStart()) <= bci && bci < code.labelToBci(handler.tryEnd())) {
          reach(handler.handler(), before);
        }
      }
      Instruction instruction = Objects.requireNonNull(instructions.get(bci));
      int after =
          before
              + (instruction.opcode() == Opcode.MONITORENTER ? 1 : 0)
              - (instruction.opcode() == Opcode.MONITOREXIT ? 1 : 0);
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

    private void reach(List<SwitchCase> cases, Label otherwise, int depth) {
      cases.forEach(each -> reach(each.target(), depth));
      reach(otherwise, depth);
    }
  }
}
