;; N-body: the Sun and the four giant planets, integrated with a symplectic leapfrog.
;;
;;   limpet examples/nbody.scm [STEPS]
;;
;; Prints the energy of the system, which a good integrator keeps, before and after, and where Jupiter is.

(import (scheme base) (scheme write) (scheme inexact) (scheme process-context))

(define steps
  (let ((arguments (cdr (command-line))))
    (if (pair? arguments) (string->number (car arguments)) 100000)))

(define solar-mass (* 4.0 3.141592653589793 3.141592653589793))
(define days 365.24)

(define-record-type body
  (make-body name x y z vx vy vz mass)
  body?
  (name body-name)
  (x body-x set-body-x!) (y body-y set-body-y!) (z body-z set-body-z!)
  (vx body-vx set-body-vx!) (vy body-vy set-body-vy!) (vz body-vz set-body-vz!)
  (mass body-mass))

(define (planet name x y z vx vy vz mass)
  (make-body name x y z (* vx days) (* vy days) (* vz days) (* mass solar-mass)))

(define bodies
  (vector
   (make-body "Sun" 0.0 0.0 0.0 0.0 0.0 0.0 solar-mass)
   (planet "Jupiter" 4.84143144246472090 -1.16032004402742839 -0.103622044471123109
           0.00166007664274403694 0.00769901118419740425 -0.0000690460016972063023
           0.000954791938424326609)
   (planet "Saturn" 8.34336671824457987 4.12479856412430479 -0.403523417114321381
           -0.00276742510726411045 0.00499852801234917238 0.0000230417297573763929
           0.000285885980666130812)
   (planet "Uranus" 12.8943695621391310 -15.1111514016986312 -0.223307578892655734
           0.00296460137564761618 0.00237847173959480950 -0.0000296589568540237556
           0.0000436624404335156298)
   (planet "Neptune" 15.3796971148509165 -25.9193146099879641 0.179258772950371181
           0.00268067772490389322 0.00162824170038242295 -0.0000951592254519715870
           0.0000515138902046611451)))

(define count (vector-length bodies))

;; The Sun's momentum balances that of the planets.
(define (offset-momentum!)
  (let loop ((i 0) (px 0.0) (py 0.0) (pz 0.0))
    (if (< i count)
        (let* ((b (vector-ref bodies i)) (m (body-mass b)))
          (loop (+ i 1)
                (+ px (* (body-vx b) m))
                (+ py (* (body-vy b) m))
                (+ pz (* (body-vz b) m))))
        (let ((sun (vector-ref bodies 0)))
          (set-body-vx! sun (- (/ px solar-mass)))
          (set-body-vy! sun (- (/ py solar-mass)))
          (set-body-vz! sun (- (/ pz solar-mass)))))))

(define (energy)
  (let outer ((i 0) (e 0.0))
    (if (= i count)
        e
        (let* ((b (vector-ref bodies i))
               (vx (body-vx b)) (vy (body-vy b)) (vz (body-vz b))
               (kinetic (* 0.5 (body-mass b) (+ (* vx vx) (* vy vy) (* vz vz)))))
          (let inner ((j (+ i 1)) (e (+ e kinetic)))
            (if (= j count)
                (outer (+ i 1) e)
                (let* ((c (vector-ref bodies j))
                       (dx (- (body-x b) (body-x c)))
                       (dy (- (body-y b) (body-y c)))
                       (dz (- (body-z b) (body-z c)))
                       (distance (sqrt (+ (* dx dx) (* dy dy) (* dz dz)))))
                  (inner (+ j 1)
                         (- e (/ (* (body-mass b) (body-mass c)) distance))))))))))

;; One pair of bodies attracts each other for a time dt.
(define (attract! b c dt)
  (let* ((dx (- (body-x b) (body-x c)))
         (dy (- (body-y b) (body-y c)))
         (dz (- (body-z b) (body-z c)))
         (square (+ (* dx dx) (* dy dy) (* dz dz)))
         (magnitude (/ dt (* square (sqrt square))))
         (mb (* (body-mass b) magnitude))
         (mc (* (body-mass c) magnitude)))
    (set-body-vx! b (- (body-vx b) (* dx mc)))
    (set-body-vy! b (- (body-vy b) (* dy mc)))
    (set-body-vz! b (- (body-vz b) (* dz mc)))
    (set-body-vx! c (+ (body-vx c) (* dx mb)))
    (set-body-vy! c (+ (body-vy c) (* dy mb)))
    (set-body-vz! c (+ (body-vz c) (* dz mb)))))

(define (move! b dt)
  (set-body-x! b (+ (body-x b) (* dt (body-vx b))))
  (set-body-y! b (+ (body-y b) (* dt (body-vy b))))
  (set-body-z! b (+ (body-z b) (* dt (body-vz b)))))

(define (advance! dt)
  (do ((i 0 (+ i 1))) ((= i count))
    (let ((b (vector-ref bodies i)))
      (do ((j (+ i 1) (+ j 1))) ((= j count))
        (attract! b (vector-ref bodies j) dt))))
  (do ((i 0 (+ i 1))) ((= i count))
    (move! (vector-ref bodies i) dt)))

;; Nine decimals are as much as is worth reading.
(define (show label x)
  (display label)
  (display (/ (round (* x 1e9)) 1e9))
  (newline))

(offset-momentum!)
(show "energy before: " (energy))
(do ((n 0 (+ n 1))) ((= n steps))
  (advance! 0.01))
(show "energy after:  " (energy))
(let ((jupiter (vector-ref bodies 1)))
  (display (body-name jupiter)) (newline)
  (show "  x " (body-x jupiter))
  (show "  y " (body-y jupiter))
  (show "  z " (body-z jupiter)))
