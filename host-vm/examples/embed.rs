//! Embedding: a small simulation whose rules are Scheme, loaded, checked and limited by a Rust program.
//!
//! `cargo run -p limpet --example embed`
//!
//! The host owns the world (a grid of cells) as an opaque object and gives the script functions to look at it and to
//! change it. A script defines what happens to a cell; the host calls that for every cell and every step, survives scripts
//! that are wrong or do not end, and tells their authors what happened.

use limpet::vm::{Busy, Config, Error, ErrorKind, Foreign, ForeignType, Symbol, Value, Vm};

/// The world: water levels on a small landscape.
struct World {
    width: usize,
    ground: Vec<f64>,
    water: Vec<f64>,
}

impl ForeignType for World {
    const NAME: &'static str = "world";
}

impl World {
    fn valley(width: usize, height: usize) -> World {
        let ground = (0..width * height).map(|i| {
            let (x, y) = ((i % width) as f64 / width as f64 - 0.5, (i / width) as f64 / height as f64 - 0.5);
            8.0 * (x * x + y * y)
        });
        World { width, ground: ground.collect(), water: vec![0.0; width * height] }
    }

    fn index(&self, x: usize, y: usize) -> Result<usize, String> {
        let index = y * self.width + x;
        if x < self.width && index < self.ground.len() {
            Ok(index)
        } else {
            Err(format!("there is no cell ({x}, {y})"))
        }
    }

    fn picture(&self) -> String {
        let rows = self.water.chunks(self.width).map(|row| {
            row.iter().map(|&water| match water {
                w if w < 0.01 => '.',
                w if w < 0.5 => '~',
                _ => '#',
            })
        });
        rows.map(|row| row.collect::<String>() + "\n").collect()
    }
}

/// What a script may do.
fn give_world(vm: &mut Vm, world: &Foreign<World>) -> Result<(), Error> {
    let text = |_: Busy| "the world is in use".to_owned();
    vm.register_type::<World>()?;
    vm.library("(simulation world)")
        .value("the-world", world.clone())
        .function("ground", move |world: Foreign<World>, x: usize, y: usize| -> Result<f64, String> {
            let world = world.borrow().map_err(text)?;
            Ok(world.ground[world.index(x, y)?])
        })
        .function("water", move |world: Foreign<World>, x: usize, y: usize| -> Result<f64, String> {
            let world = world.borrow().map_err(text)?;
            Ok(world.water[world.index(x, y)?])
        })
        .function("move-water!", move |world: Foreign<World>, from: (usize, usize), to: (usize, usize), amount: f64| {
            let mut world = world.borrow().map_err(text)?;
            let (from, to) = (world.index(from.0, from.1)?, world.index(to.0, to.1)?);
            let amount = amount.min(world.water[from]).max(0.0);
            world.water[from] -= amount;
            world.water[to] += amount;
            Ok::<f64, String>(amount)
        })
        .function("rain!", move |world: Foreign<World>, amount: f64| -> Result<(), String> {
            world.borrow().map_err(text)?.water.iter_mut().for_each(|water| *water += amount);
            Ok(())
        })
        .imported()
        .finish()
}

const RULES: &str = r#"
(define title "water runs downhill")
(define options '((rain 0.05) (steps 12)))

(define (level x y) (+ (ground the-world x y) (water the-world x y)))

;; Half of what stands higher than the lowest neighbour moves there.
(define (step x y width height)
  (let ((here (level x y)))
    (define (lower? x y) (< (level x y) here))
    (let loop ((neighbours (list (list (- x 1) y) (list (+ x 1) y) (list x (- y 1)) (list x (+ y 1)))))
      (if (pair? neighbours)
          (let ((nx (caar neighbours)) (ny (cadar neighbours)))
            (if (and (< -1 nx width) (< -1 ny height) (lower? nx ny))
                (move-water! the-world (list x y) (list nx ny) (/ (- here (level nx ny)) 2))
                (loop (cdr neighbours))))))))
"#;

fn simulate(vm: &mut Vm, world: &Foreign<World>) -> Result<(), Error> {
    const SIZE: usize = 12;
    vm.eval_named::<()>("rules.scm", RULES)?;
    let title: String = vm.global("title")?;
    let options: Vec<(Symbol, f64)> = vm.global("options")?;
    let option = |name: &str| options.iter().find(|(key, _)| key.0 == name).map_or(0.0, |(_, value)| *value);
    let (step, rain): (Value, Value) = (vm.global("step")?, vm.global("rain!")?);
    for _ in 0..option("steps") as usize {
        vm.call::<()>(&rain, (world.clone(), option("rain")))?;
        for cell in 0..SIZE * SIZE {
            vm.call::<()>(&step, (cell % SIZE, cell / SIZE, SIZE, SIZE))?;
        }
    }
    if let Ok(world) = world.borrow() {
        println!("{title}\n{}", world.picture());
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let world = Foreign::new(World::valley(12, 12));
    let mut vm = Vm::new(Config::default().with_memory_limit(64 << 20).with_stack_limit(4 << 20))?;
    give_world(&mut vm, &world)?;
    simulate(&mut vm, &world)?;

    // Scripts of others are wrong now and then. The machine survives each of them.
    vm.set_step_limit(Some(2_000_000))?;
    for (name, script) in [
        ("slip.scm", "(define (step x) (+ x (watr the-world x 1)))\n(step 1)"),
        ("type.scm", "(define (rain) (rain! the-world \"a lot\"))\n(rain)"),
        ("outside.scm", "(water the-world 99 99)"),
        ("deep.scm", "(define (count n) (+ 1 (count n)))\n(count 0)"),
        ("endless.scm", "(let wait () (wait))"),
        ("greedy.scm", "(let grow ((all '())) (grow (cons all (make-vector 1000 all))))"),
    ] {
        match vm.eval_named::<Value>(name, script) {
            Ok(value) => println!("{name}: {}", vm.show(&value)),
            Err(error) if error.kind == ErrorKind::StepLimit => println!("{error}"),
            Err(error) => {
                println!("{error}");
                error.hint.iter().for_each(|hint| println!("  {hint}"));
                error.backtrace.iter().skip(1).take(3).for_each(|line| println!("  {line}"));
            }
        }
    }
    assert_eq!(vm.eval::<i64>("(* 6 7)")?, 42);

    // Several machines, each on a thread of its own.
    let threads = (1..=3i64).map(|n| {
        std::thread::spawn(move || {
            let mut vm = Vm::new(Config::default()).map_err(|error| error.to_string())?;
            vm.define("n", n).map_err(|error| error.to_string())?;
            vm.eval::<i64>("(let loop ((i 0) (sum 0)) (if (> i (* 1000 n)) sum (loop (+ i 1) (+ sum i))))")
                .map_err(|error| error.to_string())
        })
    });
    for thread in threads.collect::<Vec<_>>() {
        println!("{}", thread.join().map_err(|_| "a thread panicked")??);
    }
    Ok(())
}
